"""A derivation as a page: output size, cost, receptive field, and what was printed of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal

from archc.analyses.claims import Finding
from archc.analyses.receptive_field_trace import Seen
from archc.document.words import Lang, op_label, say, sign
from archc.expr.formula import Expression, constant, value
from archc.lectures.derivations import Derivation
from archc.lectures.derivations.separable import Separable
from archc.lectures.derivations.sums import Term
from archc.lectures.derivations.symbols import Symbolic
from archc.lectures.derivations.worked.page import (
    Block,
    Cell,
    Chain,
    Code,
    Heading,
    Legend,
    Line,
    Table,
    Worked,
    chain,
)

Quantity = Literal["params", "macs"]
QUANTITIES: tuple[tuple[Quantity, str], ...] = (
    ("params", "parameters"),
    ("macs", "multiply-adds"),
)
FIGURES = {
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
"""What a claim speaks of, in words."""


def _equal(name: str, formula: str) -> Expression:
    right = ast.parse(formula, mode="eval").body
    return ast.Compare(ast.Name(name), [ast.Eq()], [right])


RULES: tuple[Cell, ...] = (
    _equal("r'", "r + (k - 1)*j"),
    ", ",
    _equal("j'", "j*s"),
)
"""How what is seen grows from layer to layer, and how far neighbours are apart."""


def page(found: Derivation, lang: Lang, against: Derivation | None = None) -> tuple[Block, ...]:
    """The whole page; `against` is a part whose cost stands beside this one's."""
    return (
        *_head(found, lang),
        *_sizes(found, lang),
        *_count(found, "params", lang),
        *_count(found, "macs", lang),
        *(_against(found, against, lang) if against else ()),
        *(block for each in found.separable for block in _separable(each, lang)),
        *_seen(found, lang),
        *published(found.published, lang),
    )


def _head(found: Derivation, lang: Lang) -> Iterator[Block]:
    part, label = found.part, found.network.label
    if part.id:
        yield Heading(op_label(part.label, lang), 1, f"{label} {part.id}")
    else:
        yield Heading(found.network.spec.title, 1, label)
    cells: list[Cell] = [say("input", lang), " "] if found.inputs else []
    for shape in found.inputs:
        cells += [shape, ", "]
    yield Line((*cells, say("output", lang), " ", part.output_shape))
    if found.op is not None and found.op.symbols is not None:
        yield from legend(found.op.symbols, lang)


def legend(of: Symbolic, lang: Lang) -> Iterator[Legend]:
    """What the letters of an op mean, if it has any."""
    if entries := tuple(_letters(of, lang)):
        yield Legend(entries)


def _letters(of: Symbolic, lang: Lang) -> Iterator[tuple[tuple[str, ...], int, str]]:
    """Height and width stand together where they are equal."""
    square = of.values.get("H") == of.values.get("W")
    for name, meaning, number in of.legend():
        if name == "H" and square:
            yield ("H", "W"), number, say("input height and width", lang)
        elif name != "W" or not square:
            yield (name,), number, say(meaning, lang)


def _sizes(found: Derivation, lang: Lang) -> Iterator[Block]:
    yield Heading(say("output size", lang))
    alone = len(found.sizes) <= 1 and found.op is not None
    for term, equations in found.sizes:
        for one in equations:
            yield chain(one, "" if alone else term.id)
    if len(found.sizes) == 0:
        same = found.inputs and found.inputs[0] == found.part.output_shape
        shape = found.part.output_shape
        yield Line((say("as the input", lang), sign(":", lang), shape) if same else (shape,))


def _count(found: Derivation, quantity: Quantity, lang: Lang) -> Iterator[Block]:
    word = say(dict(QUANTITIES)[quantity], lang)
    yield Heading(word)
    result = getattr(found.part.cost, quantity)
    op = found.op
    if not result:
        yield Line((0,))
    elif op is not None and op.symbols is not None:
        of = op.symbols
        yield chain(of.params(result) if quantity == "params" else of.cost(result))
    else:
        rows = tuple(_row(term, quantity, lang) for term in found.terms if _of(term, quantity))
        columns = (say("part", lang), say("what", lang), say("calculation", lang), word)
        total: tuple[Cell, ...] = (say("sum", lang), "", "", result)
        yield Table(columns, rows, frozenset({3}), total)


def _against(found: Derivation, other: Derivation, lang: Lang) -> Iterator[Block]:
    """Both sums side by side, and how many times the other's this one's goes into."""
    names = [" ".join(filter(None, (d.network.label, d.part.id))) for d in (found, other)]
    for quantity, word in QUANTITIES:
        yield Heading(f"{say(word, lang)}, {names[1]}")
        yield from tuple(_count(other, quantity, lang))[1:]
    yield Heading(f"{names[0]} {say('against', lang)} {names[1]}")
    rows: list[tuple[Cell, ...]] = []
    for quantity, word in QUANTITIES:
        mine, theirs = (getattr(d.part.cost, quantity) for d in (found, other))
        times: Cell = Fraction(theirs, mine) if mine else ""
        rows.append((say(word, lang), mine, theirs, times))
    columns = ("", names[0], names[1], say("ratio", lang))
    yield Table(columns, tuple(rows), frozenset({1, 2, 3}))


def _of(term: Term, quantity: Quantity) -> int:
    number: int = getattr(term.cost, quantity)
    return number


def _row(term: Term, quantity: Quantity, lang: Lang) -> tuple[Cell, ...]:
    """`[conv 1x1, 128]  28*28*128*1*1*256  25,690,112`, as on the slides."""
    numbers: Expression = getattr(term, quantity)
    plain: Cell = "" if isinstance(numbers, ast.Constant) else numbers
    return (Code(term.id), filters(term, lang), plain, _of(term, quantity))


def filters(term: Term, lang: Lang) -> str:
    """A layer in brackets with its filters, or a part's block."""
    if term.symbols is None:
        return term.what
    label = op_label(term.what, lang)
    if term.op in ("conv", "partial_conv"):
        label += f", {term.output[0]}"
    return f"[{label}]"


def _separable(each: Separable, lang: Lang) -> Iterator[Block]:
    yield Heading(say("depthwise separable convolution", lang))
    yield Line((Code(each.depthwise), f" {say('and', lang)} ", Code(each.pointwise)))
    entries = (
        (("M",), each.channels[0], say("input channels", lang)),
        (("N",), each.channels[1], say("output channels", lang)),
        (("D_K",), each.kernel[0], say("kernel size", lang)),
        (("D_F",), each.side, say("output size", lang)),
    )
    yield Legend(entries if each.square else entries[:2])
    yield chain(each.parts, "", say("separable", lang))
    yield chain(each.standard, "", say("standard convolution", lang))
    share = ast.BinOp(constant(each.parts.result), ast.Div(), constant(each.standard.result))
    formula, numbers = each.ratio.formula, each.ratio.numbers
    assert formula is not None
    sides: tuple[Cell, ...] = (say("ratio", lang), share, formula, numbers, each.ratio.result)
    yield Chain(sides)


def _seen(found: Derivation, lang: Lang) -> Iterator[Block]:
    if found.seen is None:
        return
    yield Heading(say("receptive field", lang))
    if found.field:
        yield Line((say("at each layer", lang), sign(":", lang), *RULES))
        rows = tuple(row for step in found.field for row in sight_rows(step, lang))
        columns = (
            say("layer", lang),
            say("what", lang),
            "r",
            f"j ({say('cumulative stride', lang)})",
        )
        yield Table(columns, rows)
    yield Line((say("receptive field", lang), " ", found.seen.size))


def sight_rows(step: Seen, lang: Lang) -> Iterator[tuple[Cell, ...]]:
    """A layer that widens what is seen; two rows where height and width differ."""
    name = step.first if step.count == 1 else f"{step.first} ... {step.last}"
    label = op_label(step.what, lang)
    if step.count > 1:
        label = f"{step.count} x {label}"
    if not step.whole and not step.plain:
        label += f" ({say('paths meet', lang)})"
    same = ast.dump(step.size[0]) == ast.dump(step.size[1])
    same = same and ast.dump(step.jump[0]) == ast.dump(step.jump[1])
    for k, side in enumerate(("height", "width")):
        if same and k:
            return
        if not same and (step.before.size[k], step.before.stride[k]) == (
            step.field.size[k],
            step.field.stride[k],
        ):
            continue  # a 1x7 window does nothing to the height
        aside = "" if same else f", {say(side, lang)}"
        yield (Code(name), label + aside, _worked(step.size[k]), _worked(step.jump[k]))


def _worked(numbers: Expression) -> Cell:
    result = value(numbers)
    return result if isinstance(numbers, ast.Constant) else Worked(numbers, result)


def published(findings: Sequence[Finding], lang: Lang) -> Iterator[Block]:
    """What was printed of a part, and whether it is so."""
    if not findings:
        return
    yield Heading(say("published figures", lang))
    rows: list[tuple[Cell, ...]] = []
    reasons: list[Block] = []
    for each in findings:
        word = say(FIGURES[each.quantity], lang)
        verdict = say(each.status.replace("-", " "), lang)
        figures = (written(each.printed, lang), written(each.computed, lang))
        rows.append((each.source, word, *figures, verdict))
        if each.reason:
            reasons.append(
                Line((f"{verdict} ({each.source}, {word})", sign(":", lang), each.reason))
            )
    columns = ("source", "figure", "printed", "computed", "verdict")
    yield Table(tuple(say(word, lang) for word in columns), tuple(rows), frozenset({2, 3}))
    yield from reasons


def written(figure: str, lang: Lang) -> str:
    """A figure as the language has it: `0.27M`, `0,27M`."""
    marks = {ord(","): "\N{NARROW NO-BREAK SPACE}", ord("."): ","}
    return figure.translate(marks) if lang is Lang.fr else figure
