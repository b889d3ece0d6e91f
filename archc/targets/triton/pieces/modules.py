"""What the model calls: it gives its modules, which keep the weights, and gets their result.

While a gradient is wanted, or batch norm takes the batch's own statistics, only what starts with
a depthwise convolution is a kernel (with kernels of its own for the gradients); modules do the
rest. Scale and shift are made of the norm in each call, a few operations on C numbers, so that
weights may change at any time; a compiler that freezes the weights makes them once.
"""

from __future__ import annotations

from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from archc.targets.triton.pieces.depthwise import depthwise, depthwise_squeeze, out_size
from archc.targets.triton.pieces.depthwise_pointwise import LEAST, WIDEST, depthwise_pointwise
from archc.targets.triton.pieces.pointwise import pointwise
from archc.targets.triton.pieces.shared import ACTIVATIONS, folded, name_of
from archc.targets.triton.pieces.squeeze_excite import squeeze_excite_gate

Layer: TypeAlias = tuple[nn.Conv2d, nn.BatchNorm2d | None, nn.Module | None]
"""A convolution, and what follows it."""


def conv_norm_act(
    x: Tensor,
    conv: nn.Conv2d,
    norm: nn.BatchNorm2d | None = None,
    act: nn.Module | None = None,
    *,
    gate: Tensor | None = None,
    drop: nn.Module | None = None,
    residual: Tensor | None = None,
) -> Tensor:
    """`drop(act(norm(conv(x * gate)))) + residual`: by one kernel, or module by module."""
    if pointwise_fits(conv) and frozen(norm, act, drop) and not torch.is_grad_enabled():
        done: Tensor = pointwise(x, conv.weight, gate, *folded(conv, norm), residual, name_of(act))
        return done
    if not depthwise_fits(conv) or gate is not None:
        y = conv(x if gate is None else x * gate.to(x.dtype)[..., None, None])
    elif frozen(norm, act):
        x, place = around(x, conv)
        y = depthwise(x, conv.weight, *folded(conv, norm), *place, name_of(act))
        norm = act = None
    else:
        x, place = around(x, conv)
        y = depthwise(x, conv.weight, None, conv.bias, *place, "none")
    for module in (norm, act, drop):
        y = y if module is None else module(y)
    made: Tensor = y if residual is None else y + residual
    return made


def separable(
    x: Tensor,
    first: Layer,
    last: Layer,
    *,
    drop: nn.Module | None = None,
    residual: Tensor | None = None,
) -> Tensor:
    """A depthwise layer, then a 1x1 one: one kernel if the result is thin and large, else two."""
    (conv, norm, act), (mix, norm_out, act_out) = first, last
    if together(x, conv, mix) and frozen(norm, act) and frozen(norm_out, act_out, drop):
        x, place = around(x, conv)
        to = (mix.weight, *folded(mix, norm_out), residual, name_of(act_out))
        y: Tensor = depthwise_pointwise(
            x, conv.weight, *folded(conv, norm), *place, name_of(act), *to
        )
        return y
    return conv_norm_act(conv_norm_act(x, *first), *last, drop=drop, residual=residual)


def conv_norm_act_squeeze(
    x: Tensor, conv: nn.Conv2d, norm: nn.BatchNorm2d | None = None, act: nn.Module | None = None
) -> tuple[Tensor, Tensor]:
    """As `conv_norm_act`, and the sums over the map's cells, in tiles, for `squeeze_excite`."""
    if depthwise_fits(conv) and frozen(norm, act) and not torch.is_grad_enabled():
        x, place = around(x, conv)
        both: tuple[Tensor, Tensor] = depthwise_squeeze(
            x, conv.weight, *folded(conv, norm), *place, name_of(act)
        )
        return both
    y = conv_norm_act(x, conv, norm, act)
    return y, cells(y)


def cells(y: Tensor) -> Tensor:
    """The sums over a map's cells, as one tile: [N, 1, C], in float32 at the least."""
    kind = torch.float64 if y.dtype == torch.float64 else torch.float32
    return y.sum((2, 3), dtype=kind).unsqueeze(1)


def squeeze_excite(y: Tensor, gate: nn.Sequential, *, sums: Tensor) -> Tensor:
    """The gate [N, C] of a map, from its sums: pool, conv, activation, conv, activation."""
    _, reduce, act, expand, last = gate
    assert isinstance(reduce, nn.Conv2d)
    assert isinstance(expand, nn.Conv2d)
    count = y.shape[2] * y.shape[3]
    if torch.is_grad_enabled() or reduce.bias is None or expand.bias is None:
        mean = (sums.sum(1) / count).to(y.dtype)[..., None, None]
        made: Tensor = last(expand(act(reduce(mean)))).flatten(1)
        return made
    weights = (reduce.weight, reduce.bias, expand.weight, expand.bias)
    made = squeeze_excite_gate(sums, *weights, count, name_of(act), name_of(last))
    return made


def weighed(x: Tensor, gate: nn.Sequential) -> Tensor:
    """`x * gate(x)`: a sum over the cells, the gate by one kernel, a product."""
    if torch.is_grad_enabled():
        made: Tensor = x * gate(x)
        return made
    return x * squeeze_excite(x, gate, sums=cells(x)).to(x.dtype)[..., None, None]


def frozen(
    norm: nn.BatchNorm2d | None, act: nn.Module | None, drop: nn.Module | None = None
) -> bool:
    """Whether a kernel can do what follows a convolution: nothing of it depends on the batch."""
    still = not any(module is not None and module.training for module in (norm, drop))
    return still and (act is None or type(act) in ACTIVATIONS)


def depthwise_fits(conv: nn.Conv2d) -> bool:
    """Whether the depthwise kernel does this convolution."""
    square = all(len({*pair}) == 1 for pair in (conv.kernel_size, conv.stride, conv.dilation))
    return (
        conv.groups == conv.in_channels == conv.out_channels
        and conv.groups > 1
        and square
        and conv.kernel_size[0] in (3, 5, 7)
        and conv.stride[0] in (1, 2)
        and isinstance(conv.padding, tuple)
        and conv.padding[0] == conv.padding[1]
        and known(conv)
    )


def pointwise_fits(conv: nn.Conv2d) -> bool:
    """Whether the 1x1 kernel does this convolution."""
    ones = ((1, 1), (1, 1), 1)
    sizes = (conv.kernel_size, conv.stride, conv.groups)
    return sizes == ones and conv.padding == (0, 0) and known(conv)


def together(x: Tensor, conv: nn.Conv2d, mix: nn.Conv2d) -> bool:
    """Whether one kernel does a depthwise convolution and the 1x1 one after it."""
    if not (depthwise_fits(conv) and pointwise_fits(mix) and mix.out_channels <= WIDEST):
        return False
    zeros = [sum(pads) for pads in padding(x, conv)]
    sizes = zip(x.shape[2:], zeros, strict=True)
    k, stride, dilation = conv.kernel_size[0], conv.stride[0], conv.dilation[0]
    height, width = (out_size(size + more, k, stride, 0, dilation) for size, more in sizes)
    return height * width >= LEAST


def known(conv: nn.Conv2d) -> bool:
    """Whether a convolution is PyTorch's, or pads as TensorFlow does."""
    return type(conv) is nn.Conv2d or type(conv).__name__ == "Conv2dSame"


def padding(x: Tensor, conv: nn.Conv2d) -> list[tuple[int, int]]:
    """Zeros before and after a map, for each axis."""
    if type(conv) is nn.Conv2d:
        assert isinstance(conv.padding, tuple)
        return [(size, size) for size in conv.padding]
    found = []
    for axis, size in enumerate(x.shape[2:]):
        stride = conv.stride[axis]
        reach = conv.dilation[axis] * (conv.kernel_size[axis] - 1) + 1
        total = max((-(-size // stride) - 1) * stride + reach - size, 0)
        found.append((total // 2, total - total // 2))
    return found


def around(x: Tensor, conv: nn.Conv2d) -> tuple[Tensor, tuple[int, int, int]]:
    """A map with the zeros that differ from side to side; then stride, padding and dilation."""
    rows, columns = padding(x, conv)
    size = rows[0]
    if {*rows, *columns} != {size}:
        x, size = F.pad(x, (*columns, *rows)), 0
    return x, (conv.stride[0], size, conv.dilation[0])
