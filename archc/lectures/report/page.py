"""The page of one network as a document: what it is, its costs and parts, its published figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archc.analyses import Analysis, Part, Totals
from archc.document import markdown
from archc.document.records import (
    Block,
    Code,
    Content,
    Document,
    Heading,
    Items,
    Picture,
    Prose,
    Run,
    Sentence,
    Table,
    table,
)
from archc.expr.sizes import plain, python
from archc.lectures.report.blocks import Use, uses
from archc.lectures.report.claims import called, figures
from archc.network import Network
from archc.ops.base import size, times
from archc.spec import Spec

FIRST = "Each as it stands where it is first used."
STEP = ("step", "what", "output", "params", "MACs", "sees", "stride")
"""What is said of each step."""


def emit(network: Network, analysis: Analysis) -> str:
    """The page of a network in Markdown; raises as `page` does."""
    return markdown.write(page(network, analysis), top=1)


def page(network: Network, analysis: Analysis) -> Document:
    """The page of a network, the same for the same network.

    Its claims are those about its variant; without a variant, all of the spec.

    Raises:
        SpecError: claims about a part or a variant that the spec does not have.
    """
    spec = network.spec
    variant = spec.variants[network.variant] if network.variant else None
    title = spec.title if variant is None else f"{spec.title}: {variant.name}"
    docs = spec.header.doc, variant.doc if variant else "", str(spec.header.paper or "")
    blocks = [block for use in uses(analysis.top) for block in _block(use, spec)]
    return [
        Heading(title, 1),
        *(Sentence((Prose(text),)) for text in docs if text),
        Picture(f"{network.stem}.svg", title),
        Heading("In all"),
        _totals(analysis),
        Items(tuple(f"{called(name)}: {text}" for name, text in analysis.conventions.items())),
        Heading("Settings"),
        _settings(network),
        Heading("Step by step"),
        Sentence(
            (
                f"From an input of {size(network.input)}; a step that is a block has its "
                "arguments, and figures for all that is in it.",
            )
        ),
        _steps(analysis.rows(1)),
        *((Heading("Blocks"), Sentence((FIRST,)), *blocks) if blocks else ()),
        Heading("Outputs"),
        _outputs(network),
        *figures(network),
    ]


def _totals(analysis: Analysis) -> Table:
    whole, inference = analysis.totals, analysis.inference
    columns, each = ["", "in all"], [whole]
    if inference != whole:
        columns, each = [*columns, "at inference"], [whole, inference]
    rows = [(called(name), *(getattr(of, name) for of in each)) for name in Totals.__slots__]
    return table(columns, rows, {1, 2})


def _settings(network: Network) -> Table:
    changed = network.spec.variants[network.variant].settings if network.variant else {}
    rows = []
    for name, value in network.params.items():
        by = "the variant" if name in changed else "default"
        rows.append((Code(name), _value(value), "by hand" if name in network.settings else by))
    return table(("param", "value", "set by"), rows)


def _steps(parts: Sequence[Part], prefix: str = "") -> Table:
    """A row a step; its name without the path of the block that it is in."""
    return table(STEP, (_step(part, part.id.removeprefix(prefix)) for part in parts), {3, 4, 5, 6})


def _step(part: Part, name: str) -> tuple[Content, ...]:
    what = part.label + (f" × {part.count}" if part.count > 1 else "")
    if part.args:
        what += f": {_arguments(part.args)}"
    seen = part.receptive_field
    return (
        Run((Code(name), " (training only)")) if part.training_only else Code(name),
        what,
        size(part.output_shape),
        part.cost.params,
        part.cost.macs,
        "" if seen is None else _pair(seen.size),
        "" if seen is None or not any(seen.stride) else _pair(seen.stride),
    )


def _block(use: Use, spec: Spec) -> Iterator[Block]:
    """A block: what it is for, where it is used first, its steps there."""
    place, body = use.place, use.place.body
    arrives = " and ".join(size(shape) for shape in body.inputs if shape)
    given = f"; {_arguments(body.args)}" if body.args else ""
    yield Heading(use.block, 3)
    if doc := spec.blocks[use.block].doc:
        yield Sentence((Prose(doc),))
    yield Sentence(("In ", Code(place.path), f", on {arrives}{given}."))
    yield _steps(use.parts, f"{place.path}.")


def _outputs(network: Network) -> Table:
    rows = []
    for output in network.outputs:
        weight = output.step.weight if output.step else None
        when = "in training only" if output.training_only else "always"
        part = "" if weight is None else f"{weight:g}"
        rows.append((Code(output.name), size(output.port.shape or ()), when, part))
    return table(("output", "shape", "there", "weight in the loss"), rows, {3})


def _pair(pair: tuple[float, float]) -> str:
    height, width = pair
    return f"{height:g}" if height == width else times((height, width))  # type: ignore[arg-type]


def _arguments(args: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in args.items())


def _value(value: Any) -> str:
    value = plain(value)
    return str(value) if isinstance(value, str) else python(value)
