"""One op's formulas, receptive field and published figures as HTML, for the interactive page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archc.analyses.claims import Finding
from archc.analyses.cost import operation_cost
from archc.analyses.receptive_field_trace import Seen
from archc.analyses.symbols import Symbolic, symbolic
from archc.document import html
from archc.document.records import Block, Heading, capital
from archc.document.translation import _
from archc.expr.formula import Expression
from archc.lectures.derivations.part import (
    QUANTITIES,
    RULES,
    equations,
    legend,
    printed_figures,
    sight_rows,
)
from archc.network import Operation


class Layer(NamedTuple):
    """The derivations of one op on given shapes, as HTML."""

    worked: str
    """Its output size, parameters and multiply-adds as formulas, with letters and with numbers."""
    params: str
    """The parameters in numbers, as a term of a sum; empty for an op without any."""
    macs: str


def layer(operation: Operation) -> Layer:
    """The derivations of an op's figures, the same at every path."""
    of, cost = (
        symbolic(operation.op, operation.input_shapes, operation.output_shape),
        operation_cost(operation),
    )
    params = of.params(cost.params).numbers if cost.params else None
    macs = of.cost(cost.macs).numbers if cost.macs else None
    page = html.write(tuple(_page(of, cost.params, cost.macs)))
    return Layer(page, _term(params), _term(macs))


def sight(step: Seen) -> str:
    """A layer that widens the receptive field, as one or two rows of a table."""
    return "".join(html.row(row) for row in sight_rows(step))


def sight_rule() -> str:
    """The rule by which the receptive field grows from row to row, as HTML."""
    return "".join(html.content(each) for each in RULES)


def printed(findings: Sequence[Finding]) -> str:
    """The published figures of a part as HTML; empty if there are none."""
    return html.write(tuple(printed_figures(findings)))


def _page(of: Symbolic, params: int, macs: int) -> Iterator[Block]:
    sizes = of.size()
    if sizes or params or macs:
        yield from legend(of)
    if sizes:
        yield Heading(capital(_("output size")))
        yield from (equations(each) for each in sizes)
    costs = zip(QUANTITIES.values(), (params, macs), (of.params, of.cost), strict=True)
    for word, counted, equation in costs:
        if counted:
            yield Heading(capital(_(word)))
            yield equations(equation(counted))


def _term(numbers: Expression | None) -> str:
    return "" if numbers is None else html.content(numbers)
