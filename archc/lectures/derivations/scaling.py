"""The derivation of a scaled network from its base: params, scaling rules, stages, with numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from typing import Any, TypeAlias

from archc.analyses import Part, Totals, analyze
from archc.diagnostics import Report
from archc.document.records import (
    Block,
    Code,
    Content,
    Equations,
    Heading,
    Sentence,
    Table,
    capital,
    table,
)
from archc.document.translation import N_, _
from archc.expr import Function
from archc.lectures.derivations.unfold import Sides, Unfolder
from archc.network import Network
from archc.network.call_sites import Frame
from archc.network.elaborator import Elaborator
from archc.spec import Expr, Spec, Step


@dataclass(frozen=True, slots=True)
class Param:
    """A param of both networks, and how the scaled one's was worked out."""

    name: str
    base: Any
    scaled: Any
    sides: Sides


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a spec uses a scaling rule."""

    at: str
    """The step: `stage2`."""
    argument: str
    """`out_channels`, or `repeat`."""
    base: Sides
    scaled: Sides


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the network in both; None where one of them has no such step."""

    id: str
    base: Part | None
    scaled: Part | None


@dataclass(frozen=True, slots=True)
class Scaling:
    """Two networks of one spec, the second made from the first by its scaling rules."""

    base: Network
    scaled: Network
    params: tuple[Param, ...]
    """The params that differ, and those that they are computed from."""
    uses: tuple[Use, ...]
    calls: tuple[Sides, ...]
    """Every different call of a rule for the scaled network."""
    stages: tuple[Stage, ...]


def scaling(base: Network, scaled: Network) -> Scaling:
    """Derive one network of a spec from another one of it."""
    worked = Unfolder(_scope(scaled))
    params = tuple(_params(base, scaled, worked))
    worked.calls.clear()
    uses = tuple(_uses(base, scaled, worked))
    calls = tuple(worked.calls.values())
    return Scaling(base, scaled, params, uses, calls, tuple(_stages(base, scaled)))


def _scope(network: Network) -> dict[str, Any]:
    return {**network.spec.functions, **network.params}


def _params(base: Network, scaled: Network, worked: Unfolder) -> Iterator[Param]:
    spec, variant = scaled.spec, scaled.spec.variants.get(scaled.variant or "")
    for name, default in spec.params.items():
        value = scaled.params[name]
        written = variant.settings.get(name, default) if variant else default
        sides: Sides = ()
        given = name in scaled.settings or not isinstance(written, Expr)
        if isinstance(written, Expr) and not given and not _bare(written.tree):
            sides = worked.unfold(written.tree)
        if value != base.params[name] or sides:
            yield Param(name, base.params[name], value, sides)


def _bare(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant | ast.Name)


Note: TypeAlias = tuple[str, Expr, Mapping[str, Any]]
"""A use of a rule: its place, the expression, and the values of the expression's names."""


def _noted(network: Network) -> dict[tuple[Any, str], list[Note]]:
    """The uses of the spec's rules in a network, by step and argument."""
    found: dict[tuple[Any, str], list[Note]] = {}

    def note(step: Step, argument: str, expression: Expr, frame: Frame) -> None:
        if any(_ruled(node, network.spec) for node in ast.walk(expression.tree)):
            top = frame.outputs is not None
            name = step.id or step.name
            where = name if top else ".".join(filter(None, (frame.block.name, name)))
            scope = dict(frame.scope)
            found.setdefault((expression.at, argument), []).append((where, expression, scope))

    elaborator = Elaborator(network.spec, network.params, Report(), observer=note)
    elaborator.network(network.input)
    return found


def _ruled(node: ast.AST, spec: Spec) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and isinstance(spec.functions.get(node.func.id), Function)
    )


def _uses(base: Network, scaled: Network, worked: Unfolder) -> Iterator[Use]:
    before, after = _noted(base), _noted(scaled)
    plain = Unfolder(_scope(base))
    told: set[tuple[str, ...]] = set()
    for key in dict.fromkeys((*before, *after)):
        for old, new in zip_longest(before.get(key, ()), after.get(key, ())):
            where, expression, _ = new or old
            left = plain.unfold(expression.tree, _numbers(old[2])) if old else ()
            right = worked.unfold(expression.tree, _numbers(new[2])) if new else ()
            ends = [ast.unparse(sides[-1]) if sides else "" for sides in (left, right)]
            line = (where, key[1], *ends)
            if line not in told and _size((right or left)[-1]):
                told.add(line)
                yield Use(where, key[1], left, right)


def _numbers(scope: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the names of a body, without the spec's rules."""
    return {name: value for name, value in scope.items() if not isinstance(value, Function)}


def _size(side: ast.expr) -> bool:
    """Whether the value is a number of channels or layers; rates and words are not scaled."""
    return isinstance(side, ast.Constant) and isinstance(side.value, int)


def _stages(base: Network, scaled: Network) -> Iterator[Stage]:
    old, new = ({part.id: part for part in analyze(each).rows(1)} for each in (base, scaled))
    for name in dict.fromkeys((*old, *new)):
        parts = old.get(name), new.get(name)
        if any(part is not None and (part.cost.params or part.cost.macs) for part in parts):
            yield Stage(name, *parts)


ROUNDED = N_("the multiple of d nearest to x, one more where that is below q times x")
ARROW = "\N{RIGHTWARDS ARROW}"


def document(found: Scaling, steps: bool = False) -> list[Block]:
    """The page of a scaling; with `steps`, every multiplication and rounding is written out."""
    totals = analyze(found.base).inference, analyze(found.scaled).inference
    spec = found.scaled.spec
    base, scaled = found.base.label, _label(found.scaled)
    made: list[Block] = [Heading(spec.title, 1, f"{base} {ARROW} {scaled}")]
    if found.params:
        made.append(Heading(capital(_("params"))))
        rows = tuple(_param(each) for each in found.params)
        made.append(table(("", base, scaled, _("calculation")), rows, frozenset({1, 2})))
    if found.uses:
        made += _rules(found, steps)
    made.append(Heading(capital(_("stage by stage"))))
    made.append(_stage_table(found, totals))
    return made


def _label(network: Network) -> str:
    """The name of a network with the params that were set by hand."""
    given = ", ".join(f"{name} = {value}" for name, value in network.settings.items())
    return f"{network.label} ({given})" if given else network.label


def _param(each: Param) -> tuple[Content, ...]:
    how: Content = ""
    if each.sides:
        how = equal(each.sides)
    elif each.base != each.scaled:
        how = _("set")
    return (Code(each.name), _value(each.base), _value(each.scaled), how)


def _value(value: Any) -> Content:
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, list | tuple):
        return ast.List([ast.Constant(part) for part in value])
    return ast.Constant(value)


def equal(sides: Sides) -> ast.expr:
    """`a = b = c` as one formula."""
    return ast.Compare(sides[0], [ast.Eq()] * (len(sides) - 1), list(sides[1:]))


def _rules(found: Scaling, steps: bool) -> Iterator[Block]:
    yield Heading(capital(_("scaling rules")))
    functions = found.scaled.spec.functions
    used = {n.id for each in found.calls for n in ast.walk(each[0]) if isinstance(n, ast.Name)}
    for name in functions:
        if name in used:
            head = f"{name}({', '.join(functions[name].parameters)})"
            yield Sentence((Code(head), " = ", Code(ast.unparse(functions[name].body))))
    if any("round_to" in ast.dump(functions[name].body) for name in used if name in functions):
        yield Sentence((Code("round_to(x, d, keep=q)"), _(": "), _(ROUNDED)))
    rows = tuple(_use(each) for each in found.uses)
    columns = (_("step"), _("argument"), _("rule"))
    ends = (found.base.label, _label(found.scaled))
    yield table((*columns, *ends), rows, frozenset({3, 4}))
    if steps:
        yield Heading(capital(_("every step")))
        for sides in found.calls:
            # The rule itself, with its letters, is printed above.
            yield Equations((sides[0], *sides[2:]) if len(sides) > 2 else sides)
        for each in found.uses:
            if len(each.scaled) > 2 and not isinstance(each.scaled[0], ast.Call):
                yield Equations(each.scaled, each.at)


def _use(each: Use) -> tuple[Content, ...]:
    rule = (each.scaled or each.base)[0]
    ends: list[Content] = [sides[-1] if sides else "" for sides in (each.base, each.scaled)]
    return (Code(each.at), Code(each.argument), Code(ast.unparse(rule)), *ends)


def _stage_table(found: Scaling, totals: tuple[Totals, Totals]) -> Table:
    words = (_("output size"), _("parameters"), _("multiply-adds"))
    columns = [_("step")]
    for word in words:
        columns += [word, ARROW]
    columns.append(_("ratio"))
    rows = tuple((Code(each.id), *_parts(each.base, each.scaled)) for each in found.stages)
    old, new = totals
    total: tuple[Content, ...] = (
        _("at inference"), "", "", old.params, new.params, old.macs, new.macs,
        _ratio(new.macs, old.macs),
    )  # fmt: skip
    return table(tuple(columns), rows, frozenset(range(1, 8)), total)


def _parts(old: Part | None, new: Part | None) -> Iterator[Content]:
    both = (old, new)
    yield from (part.output_shape if part else "" for part in both)
    yield from (part.cost.params if part else "" for part in both)
    yield from (part.cost.macs if part else "" for part in both)
    yield _ratio(new.cost.macs, old.cost.macs) if old and new else ""


def _ratio(new: int, old: int) -> Content:
    return Fraction(new, old) if old else ""
