"""Sizes: closed under the language, and under nothing else."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archc.expr import Function, evaluate, grammar
from archc.expr.grammar import BadExpression
from archc.expr.sizes import Size, Sizes, plain, python, remember, traced

A, B = remember(24, "a"), remember(7, "b")
OPERATORS: list[Callable[[Any, Any], Any]] = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    operator.eq,
    operator.ne,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
]


def at(value: Any, **names: Any) -> Any:
    """What the printed expression gives with other numbers."""
    return eval(python(value), {"ceil": math.ceil, "floor": math.floor}, names)


@pytest.mark.parametrize("operate", OPERATORS)
@pytest.mark.parametrize(("a", "b"), [(A, B), (A, 7), (24, B), (A, 2.5), (2.5, B)])
def test_every_operator_keeps_the_expression(
    operate: Callable[[Any, Any], Any], a: Any, b: Any
) -> None:
    """On both sides; the printed expression is right at the point and at another one."""
    made = operate(a, b)
    assert type(made) is Size
    for one, other in ((24, 7), (5, 3)):
        left = one if a is A else a
        right = other if b is B else b
        assert at(made, a=one, b=other) == operate(left, right)
    assert made.value == operate(plain(a), plain(b))


@pytest.mark.parametrize(
    ("operate", "printed"),
    [
        (operator.neg, "-a"),
        (operator.pos, "+a"),
        (abs, "abs(a)"),
        (round, "round(a)"),
        (math.floor, "floor(a)"),
        (math.ceil, "ceil(a)"),
        (lambda a: -(-a // 2), "-(-a // 2)"),
        (lambda a: sum([a, a, 1]), "2 * a + 1"),
        (lambda a: math.prod((2, a, 3)), "2 * a * 3"),
    ],
)
def test_signs_and_functions_keep_it(operate: Callable[[Any], Any], printed: str) -> None:
    made = operate(remember(25, "a"))
    assert python(made) == printed
    assert [at(made, a=25), at(made, a=8)] == [operate(25), operate(8)]


@pytest.mark.parametrize(
    "use",
    [
        int,
        float,
        complex,
        range,
        hex,
        math.sqrt,
        math.trunc,
        lambda a: math.gcd(a, 2),
        lambda a: divmod(a, 2),
        lambda a: [1, 2][a],
        lambda a: "x" * a,
        lambda a: [0] * a,
        lambda a: a << 1,
        lambda a: a | 1,
        lambda a: ~a,
        lambda a: a + "x",
        lambda a: f"{a:d}",
        lambda a: setattr(a, "value", 3),
    ],
)
def test_nothing_else_makes_a_number_of_it(use: Callable[[Any], Any]) -> None:
    with pytest.raises((TypeError, AttributeError)):
        use(remember(1, "a"))


def test_a_condition_and_a_key_go_by_the_value() -> None:
    assert A
    assert not remember(0, "a")
    assert A == 24
    assert A != 7
    assert A in (1, 24)
    assert A in {24: "x"}
    assert A != "same"
    assert (A, 1) == (24, 1)


def test_a_list_of_numbers_is_its_items() -> None:
    made = remember((3, 7), "kernel_size")
    assert type(made) is Sizes
    assert python(made) == "kernel_size"
    height, width = made
    assert python(height * width) == "kernel_size[0] * kernel_size[1]"
    assert python(made[1:]) == "(kernel_size[1],)"
    assert traced(made[1:])
    assert plain(made) == (3, 7)
    assert type(plain(made)) is tuple


LEAVES = st.sampled_from(["a", "b", "c", "xs[0]", "x.channels", "1", "2", "3", "0.5"])


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "**"]), inner)
    compared = st.tuples(inner, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), inner)
    return st.one_of(
        binary.map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda part: f"(-{part})"),
        st.tuples(inner, compared, inner).map(
            lambda p: f"({p[0]} if {' '.join(p[1])} else {p[2]})"
        ),
        st.tuples(st.sampled_from(["floor", "ceil", "abs", "round", "twice"]), inner).map(
            lambda parts: f"{parts[0]}({parts[1]})"
        ),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
            lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"
        ),
        inner.map(lambda part: f"round_to({part}, 8, keep=0.9)"),
        inner.map(lambda part: f"sum([{part}, len(xs)])"),
        st.tuples(compared, compared).map(
            lambda parts: f"({' '.join(parts[0])} and not {' '.join(parts[1])})"
        ),
    )


@settings(max_examples=400, derandomize=True, deadline=None, database=None)
@given(st.recursive(LEAVES, combined, max_leaves=8))
def test_expressions_of_the_language_print_what_they_mean(text: str) -> None:
    """With `Size`s for names, an expression prints one that has its value at both points."""
    tree = grammar.parse(text)
    twice = Function("twice", ("n",), grammar.parse("2 * n"))
    points: list[dict[str, Any]] = [
        {"a": 24, "b": 7, "c": 3, "xs": [5, 6], "x": (64, 8, 8), "twice": twice},
        {"a": 3, "b": 2, "c": 9, "xs": [4, 1], "x": (48, 8, 8), "twice": twice},
    ]
    here = {name: remember(points[0][name], name) for name in ("a", "b", "c", "xs")}
    here |= {"x": (remember(64, "in_channels"), 8, 8), "twice": twice}
    try:
        right = evaluate(tree, points[0])
    except BadExpression:
        with pytest.raises(BadExpression):
            evaluate(tree, here)
        return
    made = evaluate(tree, here)
    assert plain(made) == right
    assert type(plain(made)) is type(right)
    printed = grammar.parse(python(made))
    for point in points:
        names = {**point, "in_channels": point["x"][0]}
        try:
            right = evaluate(tree, names)
        except BadExpression:
            continue
        assert evaluate(printed, names) == right
