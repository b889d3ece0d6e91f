"""Ops on sizes that print as Python: what one use says of its numbers holds for others too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from archc.expr.sizes import Size, Sizes, python, remember
from archc.ops import OPS, BadShape, Op, Shape
from archc.targets.torch.lowering import lower
from tests.ops.op_cases import examples, ops, shapes

REFUSED = {("adaptive_avg_pool", "extra_flops"), ("adaptive_max_pool", "extra_flops")}
"""What is worked out with `math.gcd`, which no formula shows: with a `Size` it raises."""


@pytest.mark.parametrize("name", OPS)
def test_expressions_hold_for_other_sizes_too(name: str) -> None:
    """With every field and size a `Size`, each number prints as an expression of them.

    It is worked out with the sizes of another use, at which every condition that the op asked goes
    the same way: a size that became a constant on its way gives the number of the first use.
    """
    held = 0

    @examples(400)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        nonlocal held
        op, inputs = data.draw(ops(name)), data.draw(shapes(name))
        moved = {key: larger(value, data.draw) for key, value in op}
        arriving = [larger(shape, data.draw) for shape in inputs]
        try:
            op.shape(*inputs)
            other = OPS[name](**moved)
            other.shape(*arriving)
        except (BadShape, ValidationError):
            return
        whole = data.draw(st.booleans())  # a pair as one argument, or as two
        traced = OPS[name](**{key: remembered(value, key, whole) for key, value in op})
        sizes = [remembered(x, f"x[{i}]") for i, x in enumerate(inputs)]
        here, there = {**dict(op), "x": inputs}, {**moved, "x": arriving}
        with asked() as conditions:
            made = facts(traced, sizes)
        compare(made, facts(op, inputs), here)
        if all(evaluated(asks, there) == asks.value for asks in conditions):
            held += moved != dict(op) or arriving != inputs
            compare(made, facts(other, arriving), there)

    check()
    assert held >= 10


def compare(made: dict[str, Any], right: dict[str, Any], names: dict[str, Any]) -> None:
    assert made.keys() <= right.keys()
    for key, value in made.items():
        assert folded(evaluated(value, names)) == folded(right[key]), key


def facts(op: Op, inputs: Sequence[Shape]) -> dict[str, Any]:
    """All that an op says in numbers, and its call in PyTorch where padding does not decide it."""
    found: dict[str, Any] = {"shape": op.shape(*inputs)}
    for question in ("macs", "links", "extra_flops"):
        try:
            found[question] = getattr(op, question)(*inputs)
        except TypeError:
            assert (op.name, question) in REFUSED
    for group in ("weights", "buffers"):
        tensors = getattr(op, group)(*inputs)
        found |= {f"{group}.{key}": shape for key, shape in tensors.items()}
    call = lower(op, *inputs)
    found |= {f"{call.target} {number}": value for number, value in enumerate(call.args)}
    found |= {f"{call.target} {key}": value for key, (value, _) in call.options.items()}
    if getattr(op, "padding", None) == "same":  # the class follows from what is known of the sizes
        found = {key: value for key, value in found.items() if call.target not in key}
    return found


@contextmanager
def asked() -> Iterator[list[Size]]:
    """The conditions that are decided meanwhile, each with the way that it went."""
    found: list[Size] = []
    original = Size.__bool__

    def decide(size: Size) -> bool:
        found.append(remember(original(size), size.expression))
        return original(size)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Size, "__bool__", decide)
        yield found


def larger(value: Any, draw: Callable[[st.SearchStrategy[int]], int]) -> Any:
    """Numbers that are the same, some more, or twice as many."""
    if isinstance(value, tuple):
        return tuple(larger(part, draw) for part in value)
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    return value + draw(st.sampled_from([0, 0, 1, 2, value]))


def remembered(value: Any, name: str, whole: bool = False) -> Any:
    if isinstance(value, tuple):
        if whole and isinstance(made := remember(value, name), Sizes):
            return made
        return tuple(remembered(part, f"{name}[{i}]") for i, part in enumerate(value))
    return remember(value, name) if isinstance(value, int | float) else value


def evaluated(value: Any, names: dict[str, Any]) -> Any:
    return eval(python(value), {}, names)


def folded(value: Any) -> Any:
    """`(3, 3)` as `3`: a pair whose expressions differ stays a pair."""
    if not isinstance(value, tuple):
        return value
    parts = tuple(folded(part) for part in value)
    return parts[0] if len(parts) == 2 and parts[0] == parts[1] else parts


def test_expressions_read_well() -> None:
    def traced(name: str, **fields: Any) -> Op:
        return OPS[name](**{key: remember(value, key) for key, value in fields.items()})

    def words(shape: Sequence[int]) -> list[str]:
        return [python(n) for n in shape]

    conv = traced("conv", out_channels=8, kernel_size=3, padding=1)
    assert words(conv.shape((3, 16, 16))) == [
        "out_channels",
        "16 + 2 * padding - kernel_size + 1",
        "16 + 2 * padding - kernel_size + 1",
    ]
    assert words(conv.weights((remember(6, "in_channels"), 9, 9))["weight"])[:2] == [
        "out_channels",
        "in_channels",
    ]
    assert words(OPS["flatten"]().shape((remember(8, "width"), 4, 4))) == ["width * 16"]
    assert words(OPS["flatten"]().shape((remember(8, "width"), 1, 1))) == ["width"]
    assert (
        words(OPS["concat"]().shape((remember(8, "a"), 4, 4), (remember(8, "b"), 4, 4)))[0]
        == "a + b"
    )
    same = traced("conv", out_channels=8, kernel_size=3, padding="same")
    padding, _ = lower(same, (3, 16, 16)).options["padding"]
    assert python(padding) == "(kernel_size - 1) // 2"
    same = traced("conv", out_channels=8, kernel_size=(1, 7), padding="same")
    call = lower(same, (3, 16, 16))
    assert python(call.args[2]) == "kernel_size"
    padding, _ = call.options["padding"]
    assert python(padding) == "((kernel_size[0] - 1) // 2, (kernel_size[1] - 1) // 2)"


@pytest.mark.parametrize("field", ["kernel_size", "stride", "dilation", "input"])
@pytest.mark.parametrize("name", ["conv", "max_pool"])
def test_same_padding_that_depends_on_the_use_is_left_to_the_module(name: str, field: str) -> None:
    """At stride 2 a kernel or a map of another size needs other padding; the block has one text."""
    fields: dict[str, Any] = {"kernel_size": 3, "stride": 2, "dilation": 1, "padding": "same"}
    fields |= {"out_channels": 8} if name == "conv" else {}
    assert lower(OPS[name](**fields), (4, 9, 9)).target.startswith("nn.")
    size = remember(9, "input.height") if field == "input" else 9
    if field in fields:
        fields[field] = remember(fields[field], field)
    assert lower(OPS[name](**fields), (4, size, 9)).target in ("Conv2dSame", "MaxPool2dSame")
