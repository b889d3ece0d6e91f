"""A layer and what it sees, in the pieces that an interactive page puts together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archc.analyses.claims import Finding
from archc.analyses.cost import operation_cost
from archc.analyses.receptive_field_trace import Seen
from archc.document.words import Lang, say
from archc.expr.formula import Expression
from archc.lectures.derivations.symbols import Symbolic, symbolic
from archc.lectures.derivations.worked import html
from archc.lectures.derivations.worked.node import QUANTITIES, RULES, legend, published, sight_rows
from archc.lectures.derivations.worked.page import Block, Heading, capital, chain
from archc.network import Operation


class Layer(NamedTuple):
    """One op on given shapes, as HTML."""

    worked: str
    """Its output size, parameters and multiply-adds as formulas, with letters and with numbers."""
    params: str
    """The numbers alone, as a term of a sum; empty where there are none."""
    macs: str


def layer(operation: Operation, lang: Lang) -> Layer:
    """How the figures of an op come about, wherever it stands."""
    of, cost = (
        symbolic(operation.op, operation.input_shapes, operation.output_shape),
        operation_cost(operation),
    )
    params = of.params(cost.params).numbers if cost.params else None
    macs = of.cost(cost.macs).numbers if cost.macs else None
    page = html.write(tuple(_page(of, cost.params, cost.macs, lang)), lang)
    return Layer(page, _term(params, lang), _term(macs, lang))


def sight(step: Seen, lang: Lang) -> str:
    """A layer that widens what is seen, as a row of a table or two."""
    return "".join(html.row(row, lang) for row in sight_rows(step, lang))


def sight_rule(lang: Lang) -> str:
    """How what is seen grows from row to row."""
    return "".join(html.cell(each, lang) for each in RULES)


def printed(findings: Sequence[Finding], lang: Lang) -> str:
    """What was printed of a part; empty where nothing was."""
    return html.write(tuple(published(findings, lang)), lang)


def _page(of: Symbolic, params: int, macs: int, lang: Lang) -> Iterator[Block]:
    sizes = of.size()
    if sizes or params or macs:
        yield from legend(of, lang)
    if sizes:
        yield Heading(capital(say("output size", lang)))
        yield from (chain(each) for each in sizes)
    costs = zip(QUANTITIES, (params, macs), (of.params, of.cost), strict=True)
    for (_, word), counted, equation in costs:
        if counted:
            yield Heading(capital(say(word, lang)))
            yield chain(equation(counted))


def _term(numbers: Expression | None, lang: Lang) -> str:
    return "" if numbers is None else html.cell(numbers, lang)
