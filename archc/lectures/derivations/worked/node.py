"""A derivation as a page: output size, cost, receptive field, and what was printed of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal

from archc.analyses.claims import Finding
from archc.analyses.receptive_field_trace import Seen
from archc.document.translation import N_, _, localized, op_label
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
"""What a claim speaks of, in words."""
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


RULES: tuple[Cell, ...] = (
    _equal("r'", "r + (k - 1)*j"),
    ", ",
    _equal("j'", "j*s"),
)
"""How what is seen grows from layer to layer, and how far neighbours are apart."""


def page(found: Derivation, against: Derivation | None = None) -> tuple[Block, ...]:
    """The whole page; `against` is a part whose cost stands beside this one's."""
    return (
        *_head(found),
        *_sizes(found),
        *_count(found, "params"),
        *_count(found, "macs"),
        *(_against(found, against) if against else ()),
        *(block for each in found.separable for block in _separable(each)),
        *_seen(found),
        *published(found.published),
    )


def _head(found: Derivation) -> Iterator[Block]:
    part, label = found.part, found.network.label
    if part.id:
        yield Heading(op_label(part.label), 1, f"{label} {part.id}")
    else:
        yield Heading(found.network.spec.title, 1, label)
    cells: list[Cell] = [_("input"), " "] if found.inputs else []
    for shape in found.inputs:
        cells += [shape, ", "]
    yield Line((*cells, _("output"), " ", part.output_shape))
    if found.op is not None and found.op.symbols is not None:
        yield from legend(found.op.symbols)


def legend(of: Symbolic) -> Iterator[Legend]:
    """What the letters of an op mean, if it has any."""
    if entries := tuple(_letters(of)):
        yield Legend(entries)


def _letters(of: Symbolic) -> Iterator[tuple[tuple[str, ...], int, str]]:
    """Height and width stand together where they are equal."""
    square = of.values.get("H") == of.values.get("W")
    for name, meaning, number in of.legend():
        if name == "H" and square:
            yield ("H", "W"), number, _("input height and width")
        elif name != "W" or not square:
            yield (name,), number, _(meaning)


def _sizes(found: Derivation) -> Iterator[Block]:
    yield Heading(_("output size"))
    alone = len(found.sizes) <= 1 and found.op is not None
    for term, equations in found.sizes:
        for one in equations:
            yield chain(one, "" if alone else term.id)
    if len(found.sizes) == 0:
        same = found.inputs and found.inputs[0] == found.part.output_shape
        shape = found.part.output_shape
        yield Line((_("as the input"), _(": "), shape) if same else (shape,))


def _count(found: Derivation, quantity: Quantity) -> Iterator[Block]:
    word = _(QUANTITIES[quantity])
    yield Heading(word)
    result = getattr(found.part.cost, quantity)
    op = found.op
    if not result:
        yield Line((0,))
    elif op is not None and op.symbols is not None:
        of = op.symbols
        yield chain(of.params(result) if quantity == "params" else of.cost(result))
    else:
        rows = tuple(_row(term, quantity) for term in found.terms if _of(term, quantity))
        columns = (_("part"), _("what"), _("calculation"), word)
        total: tuple[Cell, ...] = (_("sum"), "", "", result)
        yield Table(columns, rows, frozenset({3}), total)


def _against(found: Derivation, other: Derivation) -> Iterator[Block]:
    """Both sums side by side, and how many times the other's this one's goes into."""
    names = [" ".join(filter(None, (d.network.label, d.part.id))) for d in (found, other)]
    for quantity, word in QUANTITIES.items():
        yield Heading(f"{_(word)}, {names[1]}")
        yield from tuple(_count(other, quantity))[1:]
    yield Heading(f"{names[0]} {_('against')} {names[1]}")
    rows: list[tuple[Cell, ...]] = []
    for quantity, word in QUANTITIES.items():
        mine, theirs = (getattr(d.part.cost, quantity) for d in (found, other))
        times: Cell = Fraction(theirs, mine) if mine else ""
        rows.append((_(word), mine, theirs, times))
    columns = ("", names[0], names[1], _("ratio"))
    yield Table(columns, tuple(rows), frozenset({1, 2, 3}))


def _of(term: Term, quantity: Quantity) -> int:
    number: int = getattr(term.cost, quantity)
    return number


def _row(term: Term, quantity: Quantity) -> tuple[Cell, ...]:
    """`[conv 1x1, 128]  28*28*128*1*1*256  25,690,112`, as on the slides."""
    numbers: Expression = getattr(term, quantity)
    plain: Cell = "" if isinstance(numbers, ast.Constant) else numbers
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
    yield Heading(_("depthwise separable convolution"))
    yield Line((Code(each.depthwise), f" {_('and')} ", Code(each.pointwise)))
    entries = (
        (("M",), each.channels[0], _("input channels")),
        (("N",), each.channels[1], _("output channels")),
        (("D_K",), each.kernel[0], _("kernel size")),
        (("D_F",), each.side, _("output size")),
    )
    yield Legend(entries if each.square else entries[:2])
    yield chain(each.parts, "", _("separable"))
    yield chain(each.standard, "", _("standard convolution"))
    share = ast.BinOp(constant(each.parts.result), ast.Div(), constant(each.standard.result))
    formula, numbers = each.ratio.formula, each.ratio.numbers
    assert formula is not None
    sides: tuple[Cell, ...] = (_("ratio"), share, formula, numbers, each.ratio.result)
    yield Chain(sides)


def _seen(found: Derivation) -> Iterator[Block]:
    if found.seen is None:
        return
    yield Heading(_("receptive field"))
    if found.field:
        yield Line((_("at each layer"), _(": "), *RULES))
        rows = tuple(row for step in found.field for row in sight_rows(step))
        columns = (
            _("layer"),
            _("what"),
            "r",
            f"j ({_('cumulative stride')})",
        )
        yield Table(columns, rows)
    yield Line((_("receptive field"), " ", found.seen.size))


def sight_rows(step: Seen) -> Iterator[tuple[Cell, ...]]:
    """A layer that widens what is seen; two rows where height and width differ."""
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


def _worked(numbers: Expression) -> Cell:
    result = value(numbers)
    return result if isinstance(numbers, ast.Constant) else Worked(numbers, result)


def published(findings: Sequence[Finding]) -> Iterator[Block]:
    """What was printed of a part, and whether it is so."""
    if not findings:
        return
    yield Heading(_("published figures"))
    rows: list[tuple[Cell, ...]] = []
    reasons: list[Block] = []
    for each in findings:
        word = _(FIGURES[each.quantity])
        verdict = _(STATUSES[each.status])
        figures = (localized(each.printed), localized(each.computed))
        rows.append((each.source, word, *figures, verdict))
        if each.reason:
            reasons.append(Line((f"{verdict} ({each.source}, {word})", _(": "), each.reason)))
    columns = (_("source"), _("figure"), _("printed"), _("computed"), _("verdict"))
    yield Table(columns, tuple(rows), frozenset({2, 3}))
    yield from reasons
