"""The page of one network: its figures as cells of text, which the template lays out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

import jinja2

from archc.analyses import Analysis, Part, Totals
from archc.analyses.claims import check_claims, tally
from archc.document.markdown import escape, prose
from archc.expr.sizes import plain, python
from archc.lectures.report.blocks import Use, uses
from archc.lectures.report.claims import ROUNDED, broken, met
from archc.lectures.report.table import PLACE, Table, called, cell
from archc.network import Network
from archc.ops.base import size, times
from archc.spec import Block


def emit(network: Network, analysis: Analysis) -> str:
    """The page of a network in Markdown, the same text for the same network.

    Its claims are those about its variant; without a variant, all of the spec.

    Raises:
        SpecError: claims about what is not there.
    """
    spec = network.spec
    findings = check_claims(spec, network.variant)
    paper = str(spec.header.paper) if spec.header.paper else ""
    variant = spec.variants[network.variant] if network.variant else None
    text = _template().render(
        title=escape(spec.title if variant is None else f"{spec.title}: {variant.name}"),
        opening=[prose(text) for text in (spec.header.doc, variant and variant.doc, paper) if text],
        figure=f"{network.stem}.svg",
        totals=_totals(analysis),
        conventions=[f"{name}: {text}" for name, text in _conventions(analysis)],
        settings=_settings(network),
        steps_said=f"From an input of {size(network.input)}; a step that is a block has its "
        "arguments, and figures for all that is in it.",
        steps=Table(("step", "what", *PLACE), [_step(part) for part in analysis.rows(1)]),
        blocks=[_block(spec.blocks[use.block], use) for use in uses(analysis.top)],
        outputs=_outputs(network),
        claims_said=f"{tally(findings)}. {ROUNDED}" if findings else "",
        disputed=broken(network, findings, ("disputed",), "why"),
        unmet=broken(network, findings, ("failed", "agrees-though-disputed"), "by how much"),
        met=met(network, findings),
    )
    return text.rstrip("\n") + "\n"


@cache
def _template() -> jinja2.Template:
    text = resources.files("archc.lectures.report").joinpath("page.md.j2").read_text("utf-8")
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    environment.keep_trailing_newline = True
    return environment.from_string(text)


def _totals(analysis: Analysis) -> Table:
    whole, inference = analysis.totals, analysis.inference
    columns: tuple[str, ...] = ("", "in all")
    each = [whole]
    if inference != whole:
        columns, each = (*columns, "at inference"), [whole, inference]
    names = Totals.__slots__
    return Table(columns, [(called(n), *(f"{getattr(t, n):,}" for t in each)) for n in names])


def _conventions(analysis: Analysis) -> Iterable[tuple[str, str]]:
    return ((called(name), text) for name, text in analysis.conventions.items())


def _settings(network: Network) -> Table:
    changed = network.spec.variants[network.variant].settings if network.variant else {}
    rows = []
    for name, value in network.params.items():
        by = "the variant" if name in changed else "default"
        rows.append((f"`{name}`", _value(value), "by hand" if name in network.settings else by))
    return Table(("param", "value", "set by"), rows)


def _step(part: Part, prefix: str = "") -> tuple[str, ...]:
    name = part.id.removeprefix(f"{prefix}.") if prefix else part.id
    what = part.label + (f" × {part.count}" if part.count > 1 else "")
    if part.args:
        what += ": " + ", ".join(f"{name} {_value(value)}" for name, value in part.args.items())
    beside = " (training only)" if part.training_only else ""
    return (f"`{name}`{beside}", cell(what), *_place(part))


def _place(part: Part) -> tuple[str, ...]:
    seen = part.receptive_field
    return (
        size(part.output_shape),
        f"{part.cost.params:,}",
        f"{part.cost.macs:,}",
        "" if seen is None else _pair(seen.size),
        "" if seen is None or not any(seen.stride) else _pair(seen.stride),
    )


def _block(block: Block, use: Use) -> dict[str, Any]:
    place, shapes = use.place, use.place.body.inputs
    arrives = " and ".join(size(shape) for shape in shapes if shape)
    given = ", ".join(f"{name} {_value(value)}" for name, value in place.body.args.items())
    where = f"In `{place.path}`, on {arrives}" + (f"; {given}." if given else ".")
    steps = [_step(part, place.path) for part in use.parts]
    said = [text for text in (prose(block.doc), cell(where)) if text]
    return {"name": block.name, "said": said, "steps": Table(("step", "what", *PLACE), steps)}


def _outputs(network: Network) -> Table:
    rows = []
    for output in network.outputs:
        weight = output.step.weight if output.step else None
        when = "in training only" if output.training_only else "always"
        part = "" if weight is None else f"{weight:g}"
        rows.append((f"`{output.name}`", size(output.port.shape or ()), when, part))
    return Table(("output", "shape", "there", "weight in the loss"), rows)


def _pair(pair: tuple[float, float]) -> str:
    height, width = pair
    return f"{height:g}" if height == width else times((height, width))  # type: ignore[arg-type]


def _value(value: Any) -> str:
    value = plain(value)
    return str(value) if isinstance(value, str) else python(value)
