"""Padding that is TensorFlow's, and the modules that PyTorch lacks."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from archc.expr.sizes import remember
from archc.ops import OPS
from archc.targets.torch.lowering import Call, lower
from tests.ops.op_cases import SLIDING, examples, module


def reference(name: str, module: Any, x: Tensor, k: int, s: int, d: int) -> Tensor:
    """Keras' rule, written out: pad by hand, then the plain op."""
    pads = []
    for size in (x.shape[3], x.shape[2]):
        out = math.ceil(size / s)
        total = max((out - 1) * s + (k - 1) * d + 1 - size, 0)
        pads += [total // 2, total - total // 2]
    if name == "conv":
        return functional.conv2d(functional.pad(x, pads), module.weight, module.bias, s, dilation=d)
    if name == "max_pool":
        return functional.max_pool2d(functional.pad(x, pads, value=-math.inf), k, s, dilation=d)
    summed = functional.avg_pool2d(functional.pad(x, pads), k, s, divisor_override=1)
    cells = functional.pad(torch.ones_like(x), pads)
    return summed / functional.avg_pool2d(cells, k, s, divisor_override=1)


@pytest.mark.parametrize("name", SLIDING)
@pytest.mark.parametrize("traced", [False, True])
def test_same_padding_is_kerass(name: str, traced: bool) -> None:
    """Both what PyTorch can say and the class that is written out where it cannot."""
    targets = set()

    @examples(100)
    @given(*[st.integers(1, 9)] * 2, *[st.integers(1, 6)] * 2, st.integers(1, 3))
    @example(8, 8, 2, 1, 1)  # what PyTorch cannot say
    @example(8, 8, 3, 1, 1)  # what it can
    def check(height: int, width: int, k: int, s: int, d: int) -> None:
        d = 1 if name == "avg_pool" else d
        fields = {"kernel_size": k, "stride": s, "padding": "same"}
        fields |= {"dilation": d} if name != "avg_pool" else {}
        fields |= {"out_channels": 3} if name == "conv" else {}
        op = OPS[name](**fields | ({"stride": remember(s, "stride")} if traced else {}))
        x = torch.randn(2, 2, height, width) - 5  # below zero: padding by zeros would win
        call = lower(op, (2, height, width))
        targets.add(call.target)
        made = module(call)
        assert op.shape((2, height, width))[1:] == (math.ceil(height / s), math.ceil(width / s))
        torch.testing.assert_close(made(x), reference(name, made, x, k, s, d))

    check()
    piece = {"conv": "Conv2dSame", "max_pool": "MaxPool2dSame", "avg_pool": "AvgPool2dSame"}[name]
    assert targets == ({piece} if traced else {piece, "nn." + piece.removesuffix("Same")})


@pytest.mark.parametrize(
    ("name", "fields", "size", "target", "options"),
    [
        ("conv", {"kernel_size": 3}, 8, "nn.Conv2d", {"padding": 1}),
        ("conv", {"kernel_size": 3, "stride": 2}, 9, "nn.Conv2d", {"padding": 1, "stride": 2}),
        ("conv", {"kernel_size": 3, "stride": 2}, 8, "Conv2dSame", {"stride": 2}),
        ("conv", {"kernel_size": (1, 7)}, 8, "nn.Conv2d", {"padding": (0, 3)}),
        ("max_pool", {"kernel_size": 3, "stride": 2}, 8, "nn.MaxPool2d", {"ceil_mode": True}),
        ("max_pool", {"kernel_size": 2, "stride": 1}, 8, "MaxPool2dSame", {"stride": 1}),
        ("avg_pool", {"kernel_size": 2}, 8, "nn.AvgPool2d", {}),
        ("avg_pool", {"kernel_size": 2}, 7, "nn.AvgPool2d", {"ceil_mode": True}),
    ],
)
def test_same_padding_in_torchs_words(
    name: str, fields: dict[str, Any], size: int, target: str, options: dict[str, Any]
) -> None:
    extra = {"out_channels": 4} if name == "conv" else {}
    op = OPS[name].model_validate({"padding": "same", **fields, **extra})
    call = lower(op, (4, size, size))
    said = {key: value for key, (value, default) in call.options.items() if value != default}
    said.pop("count_include_pad", None)
    assert (call.target, {k: v for k, v in said.items() if k != "stride" or v != 2}) == (
        target,
        {k: v for k, v in options.items() if k != "stride" or v != 2},
    )


@pytest.mark.parametrize(
    "call",
    [
        Call("Conv2dSame", (4, 6, 3), {"stride": (2, 1)}),
        Call("MaxPool2dSame", (3,), {"stride": (2, 3)}),
        Call("AvgPool2dSame", ((2, 3),), {"stride": (2, (2, 3))}),
        Call("LayerNorm2d", (4,)),
        Call("PadChannels", (6,)),
        Call("DropPath", (0.5,)),
    ],
    ids=lambda call: call.target,
)
def test_pieces_work_everywhere(call: Call) -> None:
    made, x = module(call), torch.randn(2, 4, 8, 7)
    expected = made(x)
    made.train()
    assert made(x).shape == expected.shape
    made.eval()
    last = x.to(memory_format=torch.channels_last)
    torch.testing.assert_close(made(last), expected)
    assert made(last).is_contiguous(memory_format=torch.channels_last)
    assert made.to("meta")(x.to("meta")).shape == expected.shape
    made = module(call)
    compiled: Any = torch.compile(made, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(x), made(x))
    exported = torch.export.export(made, (x,))
    torch.testing.assert_close(exported.module()(x), made(x))
    assert call.target in repr(made)


def test_drop_path_drops_samples() -> None:
    drop = module(Call("DropPath", (0.25,))).train()
    torch.manual_seed(0)
    kept = drop(torch.ones(4000, 2, 3, 3)).flatten(1)
    assert kept.unique().tolist() == pytest.approx([0, 1 / 0.75])
    assert torch.equal(kept.amin(1), kept.amax(1))  # a sample goes as a whole
    assert kept.mean().item() == pytest.approx(1, abs=0.03)


def test_layer_norm_on_maps_is_of_channels() -> None:
    x = torch.randn(2, 8, 3, 4)
    made = module(lower(OPS["layer_norm"](), (8, 3, 4)))
    assert isinstance(made, nn.LayerNorm)
    torch.testing.assert_close(made(x)[:, :, 1, 2], nn.LayerNorm(8)(x[:, :, 1, 2]))
