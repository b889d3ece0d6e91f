"""Comprehensions, ranges, roots and logarithms: values, messages, limits, and what they print."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

import archc
from archc.diagnostics import SpecError
from archc.expr import MOST_CALLS, Function, evaluate, grammar
from archc.expr.functions import BUILTINS, USAGE
from archc.expr.grammar import LONGEST, BadExpression, names
from archc.expr.sizes import plain, python, remember, traced
from archc.spec.parser import parse
from archc.syntax.load import load

DOUBLE = Function("double", ("c",), grammar.parse("2 * c"))
SCOPE: dict[str, Any] = {"n": 4, "w": 24, "widths": [8, 16, 16, 32], "x": (64, 7, 7)}
SCOPE |= {"double": DOUBLE, "none": []}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("range(4)", [0, 1, 2, 3]),
        ("range(1, 4)", [1, 2, 3]),
        ("range(7, 0, -3)", [7, 4, 1]),
        ("range(0)", []),
        ("range(n)[2]", 2),
        ("[w * i for i in range(3)]", [0, 24, 48]),
        ("[double(i) for i in range(n) if i % 2 == 1]", [2, 6]),
        ("sum(i * i for i in range(n))", 14),
        ("sum([i for i in widths])", 72),
        ("min(abs(i - 20) for i in widths)", 4),
        ("max(i + j for i, j in [])", None),
        ("max(double(i) for i in widths if i < 30)", 32),
        ("len([1 for i in widths if i == 16])", 2),
        ("[[i * j for j in range(i)] for i in range(3)]", [[], [0], [0, 2]]),
        ("sum(sum(j for j in range(i)) for i in range(n))", 4),
        ("[i for i in [w for w in widths if w > 8] if i < 32]", [16, 16]),
        ("[x.channels // i for i in [1, 2]]", [64, 32]),
        ("[i if i > 8 else true for i in widths]", [True, 16, 16, 32]),
        ("[none for i in range(2)]", [[], []]),
        ("sqrt(16)", 4.0),
        ("log2(8)", 3.0),
        ("log(exp(2))", 2.0),
        ("log(9, 3)", 2.0),
        # RegNet's widths (Radosavovic et al., 2020, equations 2 to 4), of regnet_y_400mf
        (
            "[8 * round(48 * 2.09 ** round(log((48 + 27.89 * j) / 48) / log(2.09)) / 8)"
            " for j in range(16)]",
            [48] + [104] * 3 + [208] * 6 + [440] * 6,
        ),
    ],
)
def test_values(text: str, value: Any) -> None:
    if value is None:
        with pytest.raises(BadExpression, match="`for` takes one name here"):
            grammar.parse(text)
        return
    found = evaluate(grammar.parse(text), SCOPE)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[i for i in n]", "only a list, or a range, has items"),
        ("range(2.5)", "`range` is called as range(stop), range(start, stop) or"),
        ("range()", "`range` is called as"),
        ("range(3, 1, 0)", "`range` is called as"),
        ("range(10001)", "a range has at most 10000 numbers"),
        ("sqrt(-1)", "the root of a negative number is no size"),
        ("log(0)", "only what is greater than 0 has a logarithm"),
        ("log2(0 - w)", "only what is greater than 0 has a logarithm"),
        ("log(4, 0)", "only what is greater than 0 has a logarithm"),
        ("log(4, 1)", "division by zero"),
        ("exp(1000)", "this has no value"),
        ("exp(100)", "the result is too large"),
        ("min(i for i in none)", "an empty list has neither"),
        ("max([])", "an empty list has neither"),
        ("max(i for i in widths if i > 99)", "an empty list has neither"),
        ("min(3)", "`min` is called as"),
        ("[i for j in range(2)]", "unknown name `i`"),
        ("[i for i in range(2)] + [i]", "unknown name `i`"),
        ("[i.channels for i in range(2)]", "`i` is not a map"),
        ("[i(2) for i in range(2)]", "unknown function `i`"),
        ("[double for i in range(2)]", "`double` is a function"),
        ("[1 // i for i in range(2)]", "division by zero"),
    ],
)
def test_no_value(text: str, message: str) -> None:
    with pytest.raises(BadExpression) as error:
        evaluate(grammar.parse(text), SCOPE)
    assert message in error.value.message
    assert error.value.offset < len(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[i for i in range(2) for j in range(2)]", "a comprehension has one `for`"),
        ("[i for i in range(9) if i if i > 2]", "a comprehension has one `if`"),
        ("[i for i, j in xs]", "`for` takes one name here"),
        ("[i for xs[0] in xs]", "`for` takes one name here"),
        ("[i async for i in xs]", ""),
        ("{i for i in xs}", "a set is not in the language"),
        ("{i: i for i in xs}", "a mapping is not in the language"),
        ("(i for i in xs)", "only `sum`, `min` and `max` take a comprehension without brackets"),
        ("len(i for i in xs)", "only `sum`, `min` and `max` take a comprehension"),
        ("double(i for i in xs)", "only `sum`, `min` and `max` take a comprehension"),
        ("[(y := i) for i in xs]", "`:=` is not in the language"),
        ("[i.__class__ for i in xs]", "a map has only the sizes"),
        ("[i for i in ().__class__.__bases__]", "a map has only the sizes"),
        ("[*xs for i in xs]", ""),
        ("[lambda: i for i in xs]", "`lambda` is not in the language"),
    ],
)
def test_what_the_grammar_refuses(text: str, message: str) -> None:
    with pytest.raises(BadExpression) as error:
        grammar.parse(text)
    assert error.value.message.startswith(message)


@pytest.mark.parametrize(
    "text",
    [
        "sum(i for i in range(5001))",
        "sum(sum(1 for j in range(100)) for i in range(100))",
        "[range(5000) for i in range(10)]",
        "[[[[1 for a in range(99)] for b in range(99)] for c in range(99)] for d in range(99)]",
        "[double(i) for i in range(4000)]",
        "sum(big(i) for i in range(9))",
    ],
)
def test_limits(text: str) -> None:
    big = Function("big", ("c",), grammar.parse("sum(i + c for i in range(2000))"))
    with pytest.raises(BadExpression, match=f"more than {MOST_CALLS}"):
        evaluate(grammar.parse(text), {**SCOPE, "big": big})


@pytest.mark.parametrize("start", ["sum(", "[true, "])
def test_nesting_ends(start: str) -> None:
    text = "1" + "+1" * (LONGEST // 2 - 20)
    end = " for i in range(2))" if start == "sum(" else "]"
    with pytest.raises(BadExpression, match="too deeply"):
        evaluate(grammar.parse(start + text + end), {})


def test_the_variable_is_no_name_of_the_expression() -> None:
    tree = grammar.parse("[f(i) + n for i in range(i) if i > k]")
    found = sorted((node.id, role) for node, role in names(tree))
    assert found == [
        ("f", "function"),
        ("i", "value"),
        ("k", "value"),
        ("n", "value"),
        ("range", "function"),
    ]


HERE, THERE = (
    {"n": 4, "w": 24, "widths": [8, 16, 16, 32], "i": 2, "in_channels": 64},
    {"n": 3, "w": 7, "widths": [9, 18, 20, 36], "i": 5, "in_channels": 48},
)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("sum(w * k for k in range(3))", "sum([w * k for k in range(3)])"),
        ("sum(w * k for k in range(n))", "sum([w * k for k in range(n)])"),
        ("[k for k in range(n)][1]", "[k for k in range(n)][1]"),
        ("range(n)[1] + 1", "range(n)[1] + 1"),
        ("[double(k) for k in widths if k > w]", "[double(k) for k in widths if k > w]"),
        ("[k * x.channels for k in range(2)]", "[k * in_channels for k in range(2)]"),
        ("max(v // 2 for v in [w, 2 * w])", "max([v // 2 for v in [w, 2 * w]])"),
        # the variable gives way to a name of the class
        ("sum(i + own for i in range(2))", "sum([i_2 + i for i_2 in range(2)])"),
        (
            "sum(sum(i * j * own for j in range(i)) for i in range(n))",
            "sum([sum([i_2 * j * i for j in range(i_2)]) for i_2 in range(n)])",
        ),
        ("[[k, w] for k in range(2)][1][1]", "[[0, w], [1, w]][1][1]"),
        ("log2(w) + sqrt(n)", "log2(w) + sqrt(n)"),
        ("sum(5 * k for k in range(3))", "15"),
    ],
)
def test_sizes_print_what_they_mean(text: str, printed: str) -> None:
    """At the point where the text was made, and at another one."""
    scope = {name: remember(value, name) for name, value in HERE.items() if name != "i"}
    scope |= {"x": (remember(64, "in_channels"), 7, 7), "double": DOUBLE, "own": remember(2, "i")}
    tree = grammar.parse(text)
    made = evaluate(tree, scope)
    assert python(made) == printed
    assert traced(made) is not printed.isdigit()
    for point in (HERE, THERE):
        numbers = {**point, "x": (point["in_channels"], 7, 7), "own": point["i"], "double": DOUBLE}
        right = evaluate(tree, numbers)
        again = evaluate(grammar.parse(python(made)), numbers)
        assert again == right
        if point is HERE:
            value = plain(made)
            assert (list(value) if isinstance(value, tuple) else value) == right


def test_a_list_of_lists_whose_length_is_a_size_is_refused() -> None:
    scope = {"n": remember(3, "n")}
    with pytest.raises(BadExpression, match="depends on a size"):
        evaluate(grammar.parse("[[k] for k in range(n)]"), scope)


SPEC = """
archc: 1
name: growing
input: [3, 32, 32]
params: {widths: "[width(k) for k in range(4)]"}
functions:
  width(k): 8 * round(8 * 2.0 ** round(log((8 + 6 * k) / 8) / log(2)) / 8)
  halves(c): sum(c // 2 ** k for k in range(3))
  upto(c): "[2 * k for k in range(c)]"
blocks:
  unit:
    args: {out_channels: int, parts: int}
    body:
      - conv:
          out_channels: sum(out_channels // parts + upto(4)[k] for k in range(parts))
          kernel_size: 3
      - conv:
          out_channels: halves(out_channels)
          kernel_size: "[1 for k in range(2)]"
          stride: max(k for k in range(1, parts))
network:
  - unit: {out_channels: "widths[0]", parts: 2}
  - unit: {out_channels: "widths[3]", parts: 3}
"""


def test_a_class_computes_what_its_block_does(tmp_path: Path) -> None:
    """Also for arguments that the network does not have."""
    spec = tmp_path / "growing.yaml"
    spec.write_text(SPEC)
    code = archc.load(spec).elaborate().code()
    names: dict[str, Any] = {}
    exec(compile(code, "growing.py", "exec"), names)
    assert "sum([out_channels // parts + upto(4)[k] for k in range(parts)])" in code
    unit = names["Unit"](5, 40, 4)
    assert unit.conv.out_channels == 4 * 10 + 0 + 2 + 4 + 6
    assert (unit.conv_2.out_channels, unit.conv_2.stride) == (40 + 20 + 10, (3, 3))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("c // 2 ** k for k", "c // 2 ** c for c", "`c` has a meaning here already"),
        ("for k in range(4)", "for widths in range(4)", "`widths` has a meaning here already"),
        ("for k in range(4)", "for max in range(4)", "`max` means something already"),
        ("for k in range(4)", "for math in range(4)", "`math` means something already"),
        ("for k in range(4)", "for unit in range(4)", "`unit` means something already"),
        ("for k in range(2)", "for parts in range(2)", "`parts` has a meaning here already"),
    ],
)
def test_the_variable_hides_nothing(old: str, new: str, message: str) -> None:
    with pytest.raises(SpecError) as error:
        parse(load("growing.yaml", SPEC.replace(old, new)))
    first = error.value.diagnostics[0]
    assert first.rule == "bad-name"
    assert message in first.message


def test_every_function_says_how_it_is_called() -> None:
    assert BUILTINS.keys() == USAGE.keys()
    assert evaluate(grammar.parse("log(100, 10)"), {}) == math.log(100, 10)
