"""Every op against PyTorch: whatever its fields and its inputs are, both say the same."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from archc.ops import OPS, BadShape, Shape
from archc.ops.base import pair
from archc.ops.conv import Conv
from archc.ops.describe import describe
from archc.ops.labels import label
from archc.targets.torch.lowering import lower
from tests.ops.op_cases import SLIDING, examples, module, ops, shapes

REFUSALS = (RuntimeError, ValueError, IndexError, AssertionError)

# PyTorch takes these, and no network means them: the op's docstring says so.
STRICTER = {
    ("linear", 3),  # would act on the width
    ("rbf", 3),
    ("zero_pad", 1),  # would pad the batch
    ("pad", 1),
    ("pad_channels", 1),
    ("upsample", 1),
    ("channel_shuffle", 1),
    ("adaptive_avg_pool", 1),
    ("adaptive_max_pool", 1),
}


def named(tensors: Any) -> dict[str, Shape]:
    return {name: tuple(tensor.shape) for name, tensor in tensors}


@pytest.mark.parametrize("name", OPS)
def test_op_agrees_with_torch(name: str) -> None:
    @examples(250 if name in SLIDING else 50)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        op = data.draw(ops(name))
        inputs = data.draw(shapes(name))
        assume((name, len(inputs[0])) not in STRICTER)
        refusal = None
        try:
            shape = op.shape(*inputs)
        except BadShape as error:
            refusal = error
        if refusal and getattr(op, "padding", None) == "same" and refusal.field == "ceil_mode":
            return  # PyTorch has no such padding to compare with
        try:
            with torch.device("meta"):
                made = module(lower(op, *inputs))
                tensors = [torch.empty(2, *x) for x in inputs]
                with FlopCounterMode(display=False) as counter:
                    output = made(*tensors)
        except REFUSALS:
            if refusal is None:
                raise
            return
        if refusal and 0 in output.shape:
            return  # PyTorch makes empty maps, which no network means
        assert refusal is None, f"torch gives {tuple(output.shape)}: {refusal}"
        assert tuple(output.shape) == (2, *shape)
        if isinstance(made, nn.Module):
            assert op.weights(*inputs) == named(made.named_parameters())
            assert list(op.weights(*inputs)) == [name for name, _ in made.named_parameters()]
            assert op.buffers(*inputs) == named(made.named_buffers())
        assert counter.get_total_flops() == 2 * 2 * op.macs(*inputs)  # two samples, two flops a MAC
        assert op.extra_flops(*inputs) >= 0
        assert label(op)

    check()


@pytest.mark.parametrize(("name", "axes"), sorted(STRICTER))
def test_stricter_than_torch(name: str, axes: int) -> None:
    fields = dict.fromkeys(OPS[name].model_json_schema().get("required", ()), 2)
    with pytest.raises(BadShape):
        OPS[name](**fields).shape((8, 6, 6)[:axes])


@pytest.mark.parametrize("name", OPS)
def test_options_are_torchs(name: str) -> None:
    """Defaults are PyTorch's, so that leaving an option out is right; `inplace` is known."""
    required = OPS[name].model_json_schema().get("required", ())
    op = OPS[name](**{key: {"p": 0.5, "connections": [[0]]}.get(key, 1) for key in required})
    for shape in ((4, 8, 8), (4,)):
        try:
            op.shape(shape)
        except BadShape:
            continue
        call = lower(op, shape)
        if not call.target.startswith("nn."):
            continue
        known = inspect.signature(getattr(nn, call.target.removeprefix("nn."))).parameters
        for key, (_, default) in call.options.items():
            assert known[key].default == default
        if name != "dropout":  # in place, it would spoil what its input's producer keeps
            assert op.inplace == ("inplace" in known)


@pytest.mark.parametrize("name", OPS)
def test_fields_are_described(name: str) -> None:
    assert set(describe(OPS[name])) >= set(OPS[name].model_fields)
    properties = OPS[name].model_json_schema()["properties"]
    assert all(field["description"].endswith(".") for field in properties.values())
    assert (OPS[name].__doc__ or "").split("\n")[0].endswith((".", ":"))


@pytest.mark.parametrize(
    ("name", "fields", "inputs", "message", "field", "help"),
    [
        (
            "conv",
            {"out_channels": 8, "kernel_size": 7},
            [(3, 6, 6)],
            "a 7x7 kernel does not fit a 6x6 input",
            "kernel_size",
            "padding: 1 is the least that fits",
        ),
        (
            "conv",
            {"out_channels": 8, "kernel_size": 3, "dilation": 4, "padding": (1, 0)},
            [(3, 6, 9)],
            "a 3x3 kernel over 9x9 cells (dilation) does not fit a 6x9 input padded by 1x0",
            "kernel_size",
            "padding: [2, 0] is the least that fits",
        ),
        (
            "conv",
            {"out_channels": 12, "kernel_size": 1, "groups": 5},
            [(8, 6, 6)],
            "groups: 5 does not divide 8 input channels",
            "groups",
            "groups: 4 would do",
        ),
        (
            "conv",
            {"out_channels": 8, "kernel_size": 3},
            [(512,)],
            "conv takes a map (C x H x W), and a shape of 512 arrives",
            None,
            "move it before the step that flattens the map",
        ),
        (
            "group_norm",
            {"num_groups": 5},
            [(8, 6, 6)],
            "num_groups: 5 does not divide 8 channels",
            "num_groups",
            "num_groups: 4 or 8 would do",
        ),
        (
            "max_pool",
            {"kernel_size": 3, "padding": 2},
            [(8, 6, 6)],
            "padding: 2 is more than half of a 3x3 kernel",
            "padding",
            "padding: 1 is the most",
        ),
        (
            "avg_pool",
            {"kernel_size": 7},
            [(8, 6, 6)],
            "a 7x7 kernel does not fit a 6x6 input",
            "kernel_size",
            "padding: 1 is the least that fits",
        ),
        (
            "max_pool",
            {"kernel_size": 3, "padding": "same", "ceil_mode": True},
            [(8, 6, 6)],
            "padding: same already fixes the output size, to ceil(input / stride)",
            "ceil_mode",
            "leave ceil_mode out",
        ),
        (
            "linear",
            {"out_features": 10},
            [(512, 7, 7)],
            "linear takes a vector, and a map of 512 x 7 x 7 arrives",
            None,
            "put `flatten` before it",
        ),
        (
            "partial_conv",
            {"connections": [[0, 1], [5, 6]], "kernel_size": 5},
            [(6, 14, 14)],
            "the table names channel 6, and 6 channels arrive",
            "connections",
            "channels are numbered from 0 to 5",
        ),
        (
            "subsample",
            {"kernel_size": 7},
            [(8, 6, 6)],
            "a 7x7 kernel does not fit a 6x6 input",
            "kernel_size",
            "",
        ),
        (
            "rbf",
            {"out_features": 10},
            [(120, 1, 1)],
            "rbf takes a vector, and a map of 120 x 1 x 1 arrives",
            None,
            "put `flatten` before it",
        ),
        (
            "pad_channels",
            {"out_channels": 16},
            [(32, 8, 8)],
            "pad_channels cannot make 16 channels of 32",
            "out_channels",
            "out_channels: 32 is the least",
        ),
        (
            "concat",
            {},
            [(8, 28, 28), (8, 28, 28), (8, 14, 28)],
            "input 3 is 8 x 14 x 28 and input 1 is 8 x 28 x 28: "
            "concat needs the same height and width",
            None,
            "",
        ),
        (
            "add",
            {},
            [(64, 56, 56), (256, 56, 56)],
            "input 2 is 256 x 56 x 56 and input 1 is 64 x 56 x 56: add needs equal shapes",
            None,
            "",
        ),
        (
            "multiply",
            {},
            [(64, 1, 1), (64, 8, 8), (32, 1, 1)],
            "input 3 is 32 x 1 x 1 and input 1 is 64 x 1 x 1: "
            "multiply needs equal sizes, or 1, along each axis",
            None,
            "",
        ),
        (
            "multiply",
            {},
            [(64, 8, 8), (64,)],
            "input 2 is 64 and input 1 is 64 x 8 x 8: multiply needs the same number of axes",
            None,
            "",
        ),
    ],
)
def test_refusals_show_the_way_out(
    name: str,
    fields: dict[str, Any],
    inputs: list[Shape],
    message: str,
    field: str | None,
    help: str,
) -> None:
    with pytest.raises(BadShape) as caught:
        OPS[name](**fields).shape(*inputs)
    refusal = caught.value
    assert (refusal.message, refusal.field, refusal.help) == (message, field, help)


@pytest.mark.parametrize("name", SLIDING)
def test_padding_that_help_names_is_the_least(name: str) -> None:
    @examples(100)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        op = data.draw(ops(name))
        x = (12, *data.draw(st.tuples(*[st.integers(1, 3)] * 2)))

        def refusal(**fields: Any) -> BadShape | None:
            try:
                type(op)(**{**dict(op), **fields}).shape(x)
            except BadShape as error:
                return error
            return None

        found = refusal()
        assume(found is not None and "least" in found.help)
        assert found is not None
        named = yaml.safe_load(found.help.split(" is ")[0])["padding"]
        least = named if isinstance(named, list) else [named, named]
        assert refusal(padding=least) is None
        now = pair(op.model_dump()["padding"])
        for axis in (0, 1):
            if least[axis] > now[axis]:
                less = [n - (i == axis) for i, n in enumerate(least)]
                assert refusal(padding=less)

    check()


@pytest.mark.parametrize("value", [True, 3.0, "3", 0, [3], [3, 3, 3], None])
def test_values_are_not_guessed(value: Any) -> None:
    with pytest.raises(ValidationError):
        Conv(out_channels=8, kernel_size=value)


@pytest.mark.parametrize(
    ("name", "fields", "text"),
    [
        ("conv", {"out_channels": 64, "kernel_size": 7, "stride": 2}, "conv 7x7 / 2"),
        ("conv", {"out_channels": 64, "kernel_size": [1, 7]}, "conv 1x7"),
        ("conv", {"out_channels": 64, "kernel_size": 3, "groups": 64}, "conv 3x3, dw"),
        ("conv", {"out_channels": 64, "kernel_size": 3, "groups": 32}, "conv 3x3, 32 groups"),
        ("max_pool", {"kernel_size": 3, "stride": 2}, "max pool 3x3 / 2"),
        ("max_pool", {"kernel_size": 2}, "max pool 2x2 / 2"),
        ("adaptive_avg_pool", {"output_size": 1}, "global avg pool"),
        ("adaptive_max_pool", {"output_size": 7}, "max pool to 7x7"),
        ("linear", {"out_features": 1000}, "linear 1000"),
        ("dropout", {"p": 0.4}, "dropout 0.4"),
        ("multiply", {}, "×"),
    ],
)
def test_labels(name: str, fields: dict[str, Any], text: str) -> None:
    assert label(OPS[name](**fields)) == text
