"""Ops on sizes that remember the expression they came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archc.expr.sizes import Dim, Vector, plain, python
from archc.ops import OPS, BadShape, Op
from archc.targets.torch.lowering import lower
from tests.ops.op_cases import examples, ops, shapes


@pytest.mark.parametrize("name", OPS)
def test_sizes_print_as_true_expressions(name: str) -> None:
    """With every field and size a `Dim`, each number that comes out says how it came about."""

    @examples(80)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        op = data.draw(ops(name))
        inputs = data.draw(shapes(name))
        try:
            plain_shape = op.shape(*inputs)
        except BadShape:
            assume(False)
        names = {**op.__dict__, "x": inputs}
        weights, call = op.weights(*inputs), lower(op, *inputs)
        whole = data.draw(st.booleans())  # a pair as one argument, or as two
        for key, value in list(op.__dict__.items()):
            pair = isinstance(value, tuple)
            op.__dict__[key] = Vector(value, key) if pair and whole else remembered(value, key)
        dims = [remembered(x, f"x[{i}]") for i, x in enumerate(inputs)]
        assert [evaluated(n, names) for n in op.shape(*dims)] == list(plain_shape)
        for key, shape in op.weights(*dims).items():
            assert [evaluated(n, names) for n in shape] == list(weights[key])
        traced = lower(op, *dims)
        if traced.target == call.target:
            assert folded(evaluated(traced.args, names)) == folded(plain(call.args))
            for key, (value, _) in traced.options.items():
                assert folded(evaluated(value, names)) == folded(plain(call.options[key][0]))
        else:
            assert traced.target.endswith("Same")

    check()


def remembered(value: Any, name: str) -> Any:
    if isinstance(value, tuple):
        return tuple(remembered(part, f"{name}[{i}]") for i, part in enumerate(value))
    return Dim(value, name) if isinstance(value, int) else value


def evaluated(value: Any, names: dict[str, Any]) -> Any:
    return eval(python(value), {}, names)


def folded(value: Any) -> Any:
    """`(3, 3)` as `3`: a pair whose expressions differ stays a pair."""
    if not isinstance(value, tuple):
        return value
    parts = tuple(folded(part) for part in value)
    return parts[0] if len(parts) == 2 and parts[0] == parts[1] else parts


def test_expressions_read_well() -> None:
    def traced(name: str, **fields: int) -> Op:
        op = OPS[name](**fields)
        op.__dict__.update({key: Dim(value, key) for key, value in fields.items()})
        return op

    def words(shape: Sequence[int]) -> list[str]:
        return [python(n) for n in shape]

    conv = traced("conv", out_channels=8, kernel_size=3, padding=1)
    assert words(conv.shape((3, 16, 16))) == [
        "out_channels",
        "16 + 2 * padding - kernel_size + 1",
        "16 + 2 * padding - kernel_size + 1",
    ]
    assert words(conv.weights((Dim(6, "in_channels"), 9, 9))["weight"])[:2] == [
        "out_channels",
        "in_channels",
    ]
    assert words(OPS["flatten"]().shape((Dim(8, "width"), 4, 4))) == ["width * 16"]
    assert words(OPS["flatten"]().shape((Dim(8, "width"), 1, 1))) == ["width"]
    assert words(OPS["concat"]().shape((Dim(8, "a"), 4, 4), (Dim(8, "b"), 4, 4)))[0] == "a + b"
    same = OPS["conv"](out_channels=8, kernel_size=3, padding="same")
    same.__dict__["kernel_size"] = Dim(3, "kernel_size")
    padding, _ = lower(same, (3, 16, 16)).options["padding"]
    assert python(padding) == "(kernel_size - 1) // 2"
    same.__dict__["kernel_size"] = Vector((1, 7), "kernel_size")
    call = lower(same, (3, 16, 16))
    assert python(call.args[2]) == "kernel_size"
    padding, _ = call.options["padding"]
    assert python(padding) == "((kernel_size[0] - 1) // 2, (kernel_size[1] - 1) // 2)"


@pytest.mark.parametrize("field", ["kernel_size", "stride", "dilation", "input"])
@pytest.mark.parametrize("name", ["conv", "max_pool"])
def test_same_padding_that_depends_on_the_use_is_left_to_the_module(name: str, field: str) -> None:
    """At stride 2 a kernel or a map of another size needs other padding; the block has one text."""
    fields = {"kernel_size": 3, "stride": 2, "dilation": 1}
    op = OPS[name](padding="same", **fields, **({"out_channels": 8} if name == "conv" else {}))
    assert lower(op, (4, 9, 9)).target.startswith("nn.")
    size = Dim(9, "input.height") if field == "input" else 9
    if field in fields:
        op.__dict__[field] = Dim(fields[field], field)
    assert lower(op, (4, size, 9)).target in ("Conv2dSame", "MaxPool2dSame")
