"""The document on channels layer by layer, with the formulas of blocks."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from archc.analyses import Channels
from archc.analyses.channels import Growth
from archc.document.records import Block, Code, Content, Heading, Sentence, Worked, capital, table
from archc.document.translation import N_, _
from archc.network import Network

GROWTH = N_("growth is what an iteration adds to the channels: after the l-th there are k0 + k l")


def page(network: Network, found: Sequence[Channels]) -> list[Block]:
    """A row for each step that changes the channels, and for each block and join."""
    grown = any(each.growth for each in found)
    columns = [_("step"), _("what"), _("channels in"), _("channels out"), _("in numbers")]
    columns += [_("growth")] if grown else []
    rows = tuple(_row(each)[: len(columns)] for each in found)
    made: list[Block] = [
        Heading(network.spec.title, 1, network.label),
        table(tuple(columns), rows, frozenset({2, 3})),
    ]
    if grown:
        made.append(Sentence((_(GROWTH),)))
    formulas = {(each.op, ast.unparse(each.formula)) for each in found if each.formula}
    blocks = sorted(each for each in formulas if each[0] in network.spec.blocks)
    if blocks:
        made.append(Heading(capital(_("what leaves a block"))))
        made += [Sentence((Code(op), _(": "), Code(formula))) for op, formula in blocks]
    return made


def _row(each: Channels) -> tuple[Content, ...]:
    numbers: Content = ""
    if each.formula is not None:
        numbers = Worked(_numbers(each.formula, each.values), each.after)
    several = ", ".join(map(str, each.before))
    return (
        Code(each.id),
        Code(each.op),
        several if len(each.before) > 1 else each.before[0],
        each.after,
        numbers,
        _growth(each.growth) if each.growth else "",
    )


def _numbers(formula: ast.expr, values: Mapping[str, Any]) -> ast.expr:
    """The formula with the values of its names."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            known = isinstance(values.get(node.id), int | float)
            return ast.Constant(values[node.id]) if known else node

    made: ast.expr = Put().visit(ast.parse(ast.unparse(formula), mode="eval").body)
    return made


def _growth(of: Growth) -> ast.expr:
    """`64 + 32*l`."""
    times = ast.BinOp(ast.Constant(abs(of.step)), ast.Mult(), ast.Name("l"))
    sign = ast.Add() if of.step > 0 else ast.Sub()
    return ast.BinOp(ast.Constant(of.first), sign, times)
