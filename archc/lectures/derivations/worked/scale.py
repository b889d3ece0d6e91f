"""Scaled networks as a page: params, rules, stages; and grids of networks as tables."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from archc.analyses import Part, Totals
from archc.document.translation import N_, _
from archc.lectures.derivations.grid import Grid
from archc.lectures.derivations.scaling import Param, Scaling, Use
from archc.lectures.derivations.unfold import Sides
from archc.lectures.derivations.worked.page import Block, Cell, Chain, Code, Heading, Line, Table
from archc.network import Network

ROUNDED = N_("the multiple of d nearest to x, one more where that is below q times x")
ARROW = "\N{RIGHTWARDS ARROW}"


def page(found: Scaling, totals: tuple[Totals, Totals], steps: bool) -> list[Block]:
    """The whole page; with `steps` every multiplication and rounding."""
    spec = found.scaled.spec
    base, scaled = found.base.label, _label(found.scaled)
    made: list[Block] = [Heading(spec.title, 1, f"{base} {ARROW} {scaled}")]
    if found.params:
        made.append(Heading(_("params")))
        rows = tuple(_param(each) for each in found.params)
        made.append(Table(("", base, scaled, _("calculation")), rows, frozenset({1, 2})))
    if found.uses:
        made += _rules(found, steps)
    made.append(Heading(_("stage by stage")))
    made.append(_stages(found, totals))
    return made


def _label(network: Network) -> str:
    """What a network is called, with what was set by hand."""
    given = ", ".join(f"{name} = {value}" for name, value in network.settings.items())
    return f"{network.label} ({given})" if given else network.label


def _param(each: Param) -> tuple[Cell, ...]:
    how: Cell = ""
    if each.sides:
        how = equal(each.sides)
    elif each.base != each.scaled:
        how = _("set")
    return (Code(each.name), _value(each.base), _value(each.scaled), how)


def _value(value: Any) -> Cell:
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, list | tuple):
        return ast.List([ast.Constant(part) for part in value])
    return ast.Constant(value)


def equal(sides: Sides) -> ast.expr:
    """`a = b = c` as one formula."""
    return ast.Compare(sides[0], [ast.Eq()] * (len(sides) - 1), list(sides[1:]))


def _rules(found: Scaling, steps: bool) -> Iterator[Block]:
    yield Heading(_("scaling rules"))
    functions = found.scaled.spec.functions
    used = {n.id for each in found.calls for n in ast.walk(each[0]) if isinstance(n, ast.Name)}
    for name in functions:
        if name in used:
            head = f"{name}({', '.join(functions[name].parameters)})"
            yield Line((Code(head), " = ", Code(ast.unparse(functions[name].body))))
    if any("round_to" in ast.dump(functions[name].body) for name in used if name in functions):
        yield Line((Code("round_to(x, d, keep=q)"), _(": "), _(ROUNDED)))
    rows = tuple(_use(each) for each in found.uses)
    columns = (_("step"), _("argument"), _("rule"))
    ends = (found.base.label, _label(found.scaled))
    yield Table((*columns, *ends), rows, frozenset({3, 4}))
    if steps:
        yield Heading(_("every step"))
        for sides in found.calls:
            # What the rule says, its letters still in it, stands above.
            yield Chain((sides[0], *sides[2:]) if len(sides) > 2 else sides)
        for each in found.uses:
            if len(each.scaled) > 2 and not isinstance(each.scaled[0], ast.Call):
                yield Chain(each.scaled, each.at)


def _use(each: Use) -> tuple[Cell, ...]:
    rule = (each.scaled or each.base)[0]
    ends: list[Cell] = [sides[-1] if sides else "" for sides in (each.base, each.scaled)]
    return (Code(each.at), Code(each.argument), Code(ast.unparse(rule)), *ends)


def _stages(found: Scaling, totals: tuple[Totals, Totals]) -> Table:
    words = (_("output size"), _("parameters"), _("multiply-adds"))
    columns = [_("step")]
    for word in words:
        columns += [word, ARROW]
    columns.append(_("ratio"))
    rows = tuple((Code(each.id), *_parts(each.base, each.scaled)) for each in found.stages)
    old, new = totals
    total: tuple[Cell, ...] = (
        _("at inference"), "", "", old.params, new.params, old.macs, new.macs,
        _ratio(new.macs, old.macs),
    )  # fmt: skip
    return Table(tuple(columns), rows, frozenset(range(1, 8)), total)


def _parts(old: Part | None, new: Part | None) -> Iterator[Cell]:
    both = (old, new)
    yield from (part.output_shape if part else "" for part in both)
    yield from (part.cost.params if part else "" for part in both)
    yield from (part.cost.macs if part else "" for part in both)
    yield _ratio(new.cost.macs, old.cost.macs) if old and new else ""


def _ratio(new: int, old: int) -> Cell:
    return Fraction(new, old) if old else ""


def grid_page(found: Grid, network: Network) -> list[Block]:
    """The table of the lectures: a row and a column for two params, else a row for each network."""
    names = " x ".join(axis.name if axis.param else _(axis.name) for axis in found.axes)
    made: list[Block] = [Heading(names, 1, network.label)]
    if len(found.axes) != 2:
        heads = (axis.name if axis.param else _(axis.name) for axis in found.axes)
        columns = (*heads, _("parameters"), _("multiply-adds"))
        rows: list[tuple[Cell, ...]] = [
            (*map(Code, key), cell.params, cell.macs) for key, cell in found.cells.items()
        ]
        right = frozenset(range(len(found.axes), len(columns)))
        return [*made, Table(columns, tuple(rows), right)]
    for quantity, word in (("params", _("parameters")), ("macs", _("multiply-adds"))):
        made += [Heading(word), _matrix(found, quantity)]
    return made


def _matrix(found: Grid, quantity: str) -> Table:
    """One figure over two axes; one column where the second axis does not matter."""
    down, across = found.axes
    rows: list[tuple[int, ...]] = [
        tuple(getattr(found.cells[a, b], quantity) for b in across.values) for a in down.values
    ]
    columns: tuple[str, ...] = tuple(f"{across.name} = {b}" for b in across.values)
    if all(len(set(row)) == 1 for row in rows):
        rows, columns = [row[:1] for row in rows], ("",)
    body: tuple[tuple[Cell, ...], ...] = tuple(
        (f"{down.name} = {a}", *row) for a, row in zip(down.values, rows, strict=True)
    )
    return Table(("", *columns), tuple(body), frozenset(range(1, 1 + len(columns))))
