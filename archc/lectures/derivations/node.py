"""Everything that is worked out about one part of a network, or about all of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archc.analyses import Analysis, Part, analyze
from archc.analyses.claims import Checker, Entry, Finding
from archc.analyses.receptive_field import ReceptiveField
from archc.analyses.receptive_field_trace import Seen, sights, steps
from archc.diagnostics import Report
from archc.expr.formula import Disagreement, Equation, value
from archc.lectures.derivations.locate import Located, locate
from archc.lectures.derivations.separable import Separable, separable
from archc.lectures.derivations.sums import Term, terms
from archc.network import Network, Operation
from archc.network.params import Params
from archc.ops import Shape


@dataclass(frozen=True, slots=True)
class Derivation:
    """A part of a network, and how its figures come about."""

    network: Network
    part: Part
    inputs: tuple[Shape, ...]
    """What arrives; nothing is said of it where many things do."""
    terms: tuple[Term, ...]
    """One for an op; the layers or the parts of a block."""
    sizes: tuple[tuple[Term, tuple[Equation, ...]], ...]
    """The layers whose output has another size than their input."""
    field: tuple[Seen, ...]
    separable: tuple[Separable, ...]
    published: tuple[Finding, ...]

    @property
    def op(self) -> Term | None:
        """The op, where the part is one."""
        (first, *more) = self.terms
        return first if not more and first.symbols and first.times == 1 else None

    @property
    def seen(self) -> ReceptiveField | None:
        """Its receptive field."""
        return self.part.receptive_field


def derive(network: Network, path: str = "", depth: int | None = None) -> Derivation:
    """How the figures of a part come about; the empty path is the whole network.

    Every formula is held against the analysis; one that gives something else is a `Disagreement`.

    Args:
        network: where the part is.
        path: its id (`inception_3a.branch2`).
        depth: levels of blocks to open; None opens what has few layers down to them.

    Raises:
        archc.analyses.UnknownId: there is no such part.
    """
    analysis = analyze(network)
    path = one(path)
    part, found = analysis.at(path), locate(analysis.top, path)
    parts = terms(found.place, found.items, depth)
    for quantity in ("params", "macs"):
        come = sum(value(getattr(term, quantity)) for term in parts)
        if come != getattr(part.cost, quantity):
            raise Disagreement(f"{quantity} of {path} come to {come}")
    return Derivation(
        network,
        part,
        _inputs(found),
        tuple(term for term in parts if _counts(term) or len(parts) == 1),
        tuple(_sizes(parts)),
        _field(network, part, found),
        tuple(separable(parts)),
        published(analysis, path),
    )


def one(path: str) -> str:
    """A path as tables have it, with the first of equal iterations for all: `x.1` for `x.1-2`."""
    return re.sub(r"(?<=\.)(\d+)-\d+(?=\.|$)", r"\1", path)


def _inputs(found: Located) -> tuple[Shape, ...]:
    match found.items:
        case (Operation() as operation,):
            return operation.input_shapes
        case (first, *_) if first.inputs[0].shape is not None:
            return (first.inputs[0].shape,)
    return ()


def _counts(term: Term) -> bool:
    return bool(term.cost.params or term.cost.macs)


def _sizes(parts: Sequence[Term]) -> list[tuple[Term, tuple[Equation, ...]]]:
    """What changes the size of a map; of a single windowed layer, also where it stays."""
    made = [(term, term.symbols.size()) for term in parts if term.symbols is not None]
    made = [(term, equations) for term, equations in made if equations]
    if len(made) <= 1:
        return made
    kept = []
    for term, equations in made:
        assert term.symbols is not None
        before = term.symbols.inputs
        if any(shape[1:] != term.output[1:] for shape in before) or len(before) > 1:
            kept.append((term, equations))
    return kept


def _field(network: Network, part: Part, found: Located) -> tuple[Seen, ...]:
    """The steps to the last node that makes the part's output."""
    node = _maker(network, part, found)
    return steps(sights(network), node) if node else ()


def maker(network: Network, path: str) -> str:
    """The op that makes the output of a part; empty for a part that has none, or no field.

    Raises:
        archc.analyses.UnknownId: there is no such part.
    """
    analysis, path = analyze(network), one(path)
    return _maker(network, analysis.at(path), locate(analysis.top, path))


def _maker(network: Network, part: Part, found: Located) -> str:
    if part.receptive_field is None or not found.maker:
        return ""
    all_ = sights(network)
    prefix = f"{found.maker}."
    for node in reversed(all_.nodes.values()):
        if (node.id == found.maker or node.id.startswith(prefix)) and (
            node.operation.output_shape == part.output_shape
            and all_.field(node.id) == part.receptive_field
        ):
            return node.id
    return ""


def published(analysis: Analysis, path: str) -> tuple[Finding, ...]:
    """The printed figures that speak of a part of this very network, with their disputes.

    What a paper says of a whole network it says of a part that is all of its cost.
    """
    spoken = {path}
    if analysis.at(path).cost == analysis.at("").cost:
        spoken.add("")
    found: list[Finding] = []
    checker = Checker(analysis.network.spec)
    for entry in checker.entries():
        if (entry.text("at") or "") in spoken and _speaks(entry, analysis.network):
            # What it speaks of is this very network: nothing has to be elaborated again.
            key = repr((entry.text("variant"), sorted(entry.claim.set.items())))
            checker.known[key] = analysis
            found += checker.check(entry)
    return tuple(found)


def _speaks(entry: Entry, network: Network) -> bool:
    """Whether a claim is about the network of these params, whatever its variant is called."""
    spec, variant = network.spec, entry.text("variant")
    params = Params(spec, variant, entry.claim.set, report := Report())
    same = params.values() == network.params and params.input() == network.input
    return same and not report.diagnostics
