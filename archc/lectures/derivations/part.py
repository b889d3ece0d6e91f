"""The derivation of one part's figures for `archc explain`: sizes, costs, receptive field."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from archc.analyses import Analysis, Part, analyze
from archc.analyses.claims import Checker, Entry, Finding
from archc.analyses.receptive_field import ReceptiveField
from archc.analyses.receptive_field_trace import Seen, sights, steps
from archc.analyses.symbols import Symbolic
from archc.diagnostics import Report
from archc.document.records import (
    Block,
    Code,
    Content,
    Equations,
    Heading,
    Legend,
    Sentence,
    Worked,
    capital,
    table,
)
from archc.document.translation import N_, _, localized, op_label
from archc.expr.formula import Disagreement, Equation, Expression, constant, value
from archc.lectures.derivations.locate import Located, locate
from archc.lectures.derivations.separable import Separable, separable
from archc.lectures.derivations.sums import Term, terms
from archc.network import Network, Operation
from archc.network.params import Params
from archc.ops import Shape


@dataclass(frozen=True, slots=True)
class Derivation:
    """A part of a network with the terms and equations of its figures."""

    network: Network
    part: Part
    inputs: tuple[Shape, ...]
    """The input shapes; empty where a part has many."""
    terms: tuple[Term, ...]
    """The terms of its costs: one for an op; for a block, its layers or its parts."""
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
        """The receptive field of the part's output."""
        return self.part.receptive_field


def derive(network: Network, path: str = "", depth: int | None = None) -> Derivation:
    """Derive the figures of a part; the empty path is the whole network.

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
    """A path of a table with the first of equal iterations in place of all: `x.1` for `x.1-2`."""
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
    """The layers with their size equations: those that change the size, or a single window."""
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
    """The layers of the receptive field of the node that makes the part's output."""
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
    """The published figures about a part of this network, with their disputes.

    What a paper says of a whole network it says of a part that is all of its cost.
    """
    spoken = {path}
    if analysis.at(path).cost == analysis.at("").cost:
        spoken.add("")
    found: list[Finding] = []
    checker = Checker(analysis.network.spec)
    for entry in checker.entries():
        if (entry.text("at") or "") in spoken and _speaks(entry, analysis.network):
            # The claim is about this network, which need not be elaborated again.
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


Quantity = Literal["params", "macs"]
QUANTITIES: Mapping[Quantity, str] = N_({"params": "parameters", "macs": "multiply-adds"})
FIGURES = N_(
    {
        "params": "parameters",
        "weights": "weights",
        "macs": "multiply-adds",
        "flops": "operations",
        "connections": "connections",
        "activations": "activations",
        "depth": "depth",
        "buffers": "buffers",
        "total_params": "parameters and buffers",
        "expected_depth": "expected depth",
        "output_shape": "output size",
        "receptive_field": "receptive field",
    }
)
"""The quantity of a claim, in words."""
STATUSES = N_(
    {
        "exact": "exact",
        "rounded": "rounded",
        "disputed": "disputed",
        "failed": "failed",
        "agrees-though-disputed": "agrees though disputed",
    }
)
"""The verdict on a claim, in words."""


def _equal(name: str, formula: str) -> Expression:
    right = ast.parse(formula, mode="eval").body
    return ast.Compare(ast.Name(name), [ast.Eq()], [right])


RULES: tuple[Content, ...] = (
    _equal("r'", "r + (k - 1)*j"),
    ", ",
    _equal("j'", "j*s"),
)
"""The recurrences of the receptive field's size and stride from layer to layer."""


def equations(of: Equation, name: str = "", *left: Content) -> Equations:
    """An equation as one line: its letters, the formula, the numbers, the result."""
    sides: list[Content] = [*left]
    if of.symbols:
        sides += [ast.Name(symbol) for symbol in of.symbols]
    if of.formula is not None and ast.dump(of.formula) != ast.dump(of.numbers):
        sides.append(of.formula)
    if not isinstance(of.numbers, ast.Constant):
        sides.append(of.numbers)
    sides.append(of.result)
    return Equations(tuple(sides), name)


def explain(found: Derivation, against: Derivation | None = None) -> tuple[Block, ...]:
    """The blocks of the whole page; `against` is a part to compare the cost with."""
    return (
        *_head(found),
        *_output_size(found),
        *_count(found, "params"),
        *_count(found, "macs"),
        *(_against(found, against) if against else ()),
        *(block for each in found.separable for block in _separable(each)),
        *_seen(found),
        *printed_figures(found.published),
    )


def _head(found: Derivation) -> Iterator[Block]:
    part, label = found.part, found.network.label
    if part.id:
        yield Heading(op_label(part.label), 1, f"{label} {part.id}")
    else:
        yield Heading(found.network.spec.title, 1, label)
    cells: list[Content] = [_("input"), " "] if found.inputs else []
    for shape in found.inputs:
        cells += [shape, ", "]
    yield Sentence((*cells, _("output"), " ", part.output_shape))
    if found.op is not None and found.op.symbols is not None:
        yield from legend(found.op.symbols)


def legend(of: Symbolic) -> Iterator[Legend]:
    """The legend of an op's letters, if it has any."""
    if entries := tuple(_letters(of)):
        yield Legend(entries)


def _letters(of: Symbolic) -> Iterator[tuple[tuple[str, ...], int, str]]:
    """The letters of the legend; those of equal height and width share an entry."""
    square = of.values.get("H") == of.values.get("W")
    for name, meaning, number in of.legend():
        if name == "H" and square:
            yield ("H", "W"), number, _("input height and width")
        elif name != "W" or not square:
            yield (name,), number, _(meaning)


def _output_size(found: Derivation) -> Iterator[Block]:
    yield Heading(capital(_("output size")))
    alone = len(found.sizes) <= 1 and found.op is not None
    for term, several in found.sizes:
        for one in several:
            yield equations(one, "" if alone else term.id)
    if len(found.sizes) == 0:
        same = found.inputs and found.inputs[0] == found.part.output_shape
        shape = found.part.output_shape
        yield Sentence((_("as the input"), _(": "), shape) if same else (shape,))


def _count(found: Derivation, quantity: Quantity) -> Iterator[Block]:
    word = _(QUANTITIES[quantity])
    yield Heading(capital(word))
    result = getattr(found.part.cost, quantity)
    op = found.op
    if not result:
        yield Sentence((0,))
    elif op is not None and op.symbols is not None:
        of = op.symbols
        yield equations(of.params(result) if quantity == "params" else of.cost(result))
    else:
        rows = tuple(_row(term, quantity) for term in found.terms if _of(term, quantity))
        columns = (_("part"), _("what"), _("calculation"), word)
        total: tuple[Content, ...] = (_("sum"), "", "", result)
        yield table(columns, rows, frozenset({3}), total)


def _against(found: Derivation, other: Derivation) -> Iterator[Block]:
    """The costs of both parts side by side, with their ratio."""
    names = [" ".join(filter(None, (d.network.label, d.part.id))) for d in (found, other)]
    for quantity, word in QUANTITIES.items():
        yield Heading(capital(f"{_(word)}, {names[1]}"))
        yield from tuple(_count(other, quantity))[1:]
    yield Heading(capital(f"{names[0]} {_('against')} {names[1]}"))
    rows: list[tuple[Content, ...]] = []
    for quantity, word in QUANTITIES.items():
        mine, theirs = (getattr(d.part.cost, quantity) for d in (found, other))
        times: Content = Fraction(theirs, mine) if mine else ""
        rows.append((_(word), mine, theirs, times))
    columns = ("", names[0], names[1], _("ratio"))
    yield table(columns, tuple(rows), frozenset({1, 2, 3}))


def _of(term: Term, quantity: Quantity) -> int:
    number: int = getattr(term.cost, quantity)
    return number


def _row(term: Term, quantity: Quantity) -> tuple[Content, ...]:
    """`[conv 1x1, 128]  28*28*128*1*1*256  25,690,112`, as on the slides."""
    numbers: Expression = getattr(term, quantity)
    plain: Content = "" if isinstance(numbers, ast.Constant) else numbers
    return (Code(term.id), filters(term), plain, _of(term, quantity))


def filters(term: Term) -> str:
    """A layer in brackets with its filters, or a part's block."""
    if term.symbols is None:
        return term.what
    label = op_label(term.what)
    if term.symbols.op.family == "conv":
        label += f", {term.output[0]}"
    return f"[{label}]"


def _separable(each: Separable) -> Iterator[Block]:
    yield Heading(capital(_("depthwise separable convolution")))
    yield Sentence((Code(each.depthwise), f" {_('and')} ", Code(each.pointwise)))
    entries = (
        (("M",), each.channels[0], _("input channels")),
        (("N",), each.channels[1], _("output channels")),
        (("D_K",), each.kernel[0], _("kernel size")),
        (("D_F",), each.side, _("output size")),
    )
    yield Legend(entries if each.square else entries[:2])
    yield equations(each.parts, "", _("separable"))
    yield equations(each.standard, "", _("standard convolution"))
    share = ast.BinOp(constant(each.parts.result), ast.Div(), constant(each.standard.result))
    formula, numbers = each.ratio.formula, each.ratio.numbers
    assert formula is not None
    sides: tuple[Content, ...] = (_("ratio"), share, formula, numbers, each.ratio.result)
    yield Equations(sides)


def _seen(found: Derivation) -> Iterator[Block]:
    if found.seen is None:
        return
    yield Heading(capital(_("receptive field")))
    if found.field:
        yield Sentence((_("at each layer"), _(": "), *RULES))
        rows = tuple(row for step in found.field for row in sight_rows(step))
        columns = (
            _("layer"),
            _("what"),
            "r",
            f"j ({_('cumulative stride')})",
        )
        yield table(columns, rows)
    yield Sentence((_("receptive field"), " ", found.seen.size))


def sight_rows(step: Seen) -> Iterator[tuple[Content, ...]]:
    """The rows of a layer that widens the receptive field: two where height and width differ."""
    name = step.first if step.count == 1 else f"{step.first} ... {step.last}"
    label = op_label(step.what)
    if step.count > 1:
        label = f"{step.count} x {label}"
    if not step.whole and not step.plain:
        label += f" ({_('paths meet')})"
    same = ast.dump(step.size[0]) == ast.dump(step.size[1])
    same = same and ast.dump(step.jump[0]) == ast.dump(step.jump[1])
    for k, side in enumerate((_("height"), _("width"))):
        if same and k:
            return
        if not same and (step.before.size[k], step.before.stride[k]) == (
            step.field.size[k],
            step.field.stride[k],
        ):
            continue  # a 1x7 window does nothing to the height
        aside = "" if same else f", {side}"
        yield (Code(name), label + aside, _worked(step.size[k]), _worked(step.jump[k]))


def _worked(numbers: Expression) -> Content:
    result = value(numbers)
    return result if isinstance(numbers, ast.Constant) else Worked(numbers, result)


def printed_figures(findings: Sequence[Finding]) -> Iterator[Block]:
    """The published figures of a part, each with the verdict on it."""
    if not findings:
        return
    yield Heading(capital(_("published figures")))
    rows: list[tuple[Content, ...]] = []
    reasons: list[Block] = []
    for each in findings:
        word = _(FIGURES[each.quantity])
        verdict = _(STATUSES[each.status])
        figures = (localized(each.printed), localized(each.computed))
        rows.append((each.source, word, *figures, verdict))
        if each.reason:
            reasons.append(Sentence((f"{verdict} ({each.source}, {word})", _(": "), each.reason)))
    columns = (_("source"), _("figure"), _("printed"), _("computed"), _("verdict"))
    yield table(columns, tuple(rows), frozenset({2, 3}))
    yield from reasons
