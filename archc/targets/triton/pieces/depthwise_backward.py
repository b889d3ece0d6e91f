"""Gradients of a depthwise convolution: of its input, gathered, and of its weights, in two steps.

Replaces: the backward of conv (depthwise)

Shapes: as in the forward; grad [N, C, OH, OW], grad_x [N, C, H, W], partials [PARTS, K * K, C] in
float32, which a sum over PARTS finishes: deterministic, as no two programs add to one address.

Layout: channels last, for the reasons of the forward.

Tiling: grad_x as the forward, one program for BLOCK_P input cells by BLOCK_C channels, which
gathers the output cells that saw them. The weights' gradient gives a program one tap, one block
of channels, and CELLS cells of all images, which it walks BLOCK_P at a time with its sums in
registers: K * K times as many programs as parts, so that small maps fill the machine too.
"""

# ruff: noqa: N803
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.library import triton_op, wrap_triton

from archc.targets.triton.pieces.depthwise import depthwise, depthwise_blocks, packed
from archc.targets.triton.pieces.shared import (
    WARPS,
    affine_eager,
    channels_last,
    jit,
    map_like,
    on_gpu,
    tl,
    wide,
)


@jit
def depthwise_grad_input_kernel(
    grad: tl.tensor,
    w: tl.tensor,
    grad_x: tl.tensor,
    C: tl.tensor,
    H: tl.tensor,
    W: tl.tensor,
    OH: tl.tensor,
    OW: tl.tensor,
    TILES: tl.tensor,
    ROWS: tl.tensor,
    PADDING: tl.constexpr,
    K: tl.constexpr,
    STRIDE: tl.constexpr,
    DILATION: tl.constexpr,
    BLOCK_P: tl.constexpr,
    BLOCK_C: tl.constexpr,
) -> None:
    """One tile of input cells by one block of channels."""
    tile = tl.program_id(0) % TILES
    image = (tl.program_id(0) // TILES).to(tl.int64)
    p = tile * BLOCK_P + tl.arange(0, BLOCK_P)
    c = tl.program_id(1) * BLOCK_C + tl.arange(0, BLOCK_C)
    cell, channel = p < H * W, c < C
    bottom = p // W + PADDING
    right = p % W + PADDING
    grad += image * OH * OW * C
    total = tl.zeros((BLOCK_P, BLOCK_C), tl.float32)
    for kh in tl.range(0, ROWS, disable_licm=True):
        down = bottom - kh * DILATION  # STRIDE times the row of the output cell, if there is one
        row = down // STRIDE
        # Below zero `//` and `%` round towards zero, so the sign is asked before them.
        inside = cell & (down >= 0) & (down % STRIDE == 0) & (row < OH)
        for kw in tl.static_range(K):
            across = right - kw * DILATION
            column = across // STRIDE
            seen = inside & (across >= 0) & (across % STRIDE == 0) & (column < OW)
            at = (row * OW + column)[:, None] * C + c[None, :]
            value = tl.load(grad + at, mask=seen[:, None] & channel[None, :], other=0.0)
            tap = tl.load(w + (kh * K + kw) * C + c, mask=channel, other=0.0)
            total += value.to(tl.float32) * tap[None, :]
    to = (image * H * W + p)[:, None] * C + c[None, :]
    kept = cell[:, None] & channel[None, :]
    tl.store(grad_x + to, total.to(grad_x.dtype.element_ty), mask=kept)


@jit
def depthwise_grad_weight_kernel(
    x: tl.tensor,
    grad: tl.tensor,
    partials: tl.tensor,
    C: tl.tensor,
    H: tl.tensor,
    W: tl.tensor,
    OH: tl.tensor,
    OW: tl.tensor,
    ALL: tl.tensor,
    CELLS: tl.tensor,
    PADDING: tl.constexpr,
    K: tl.constexpr,
    STRIDE: tl.constexpr,
    DILATION: tl.constexpr,
    BLOCK_P: tl.constexpr,
    BLOCK_C: tl.constexpr,
) -> None:
    """One tap of one block of channels, summed over CELLS of the ALL output cells."""
    part = tl.program_id(0).to(tl.int64)
    tap = tl.program_id(2)
    c = tl.program_id(1) * BLOCK_C + tl.arange(0, BLOCK_C)
    channel = c < C
    total = tl.zeros((BLOCK_P, BLOCK_C), tl.float32)
    for start in range(0, CELLS, BLOCK_P):
        p = part * CELLS + start + tl.arange(0, BLOCK_P)
        cell = p < ALL
        image, rest = p // (OH * OW), p % (OH * OW)
        row = rest // OW * STRIDE - PADDING + tap // K * DILATION
        column = rest % OW * STRIDE - PADDING + tap % K * DILATION
        seen = cell & (row >= 0) & (row < H) & (column >= 0) & (column < W)
        mask = seen[:, None] & channel[None, :]
        at = ((image * H + row) * W + column)[:, None] * C + c[None, :]
        value = tl.load(x + at, mask=mask, other=0.0).to(tl.float32)
        slope = tl.load(grad + p[:, None] * C + c[None, :], mask=mask, other=0.0).to(tl.float32)
        total += value * slope
    to = partials + (part * K * K + tap) * C + c
    tl.store(to, tl.sum(total, axis=0), mask=channel)


def part_cells(cells: int) -> int:
    """How many output cells one program of the weights' gradient walks: a multiple of BLOCK_P."""
    return max(64, min(1024, -(-cells // 64 // 64) * 64))


def launch_grad_input(
    grad: Tensor, weight: Tensor, height: int, width: int, stride: int, padding: int, dilation: int
) -> Tensor:
    """A program for each tile of input cells and block of channels."""
    n, c, oh, ow = grad.shape
    block_p, block_c = depthwise_blocks(c)
    tiles = -(-height * width // block_p)
    found = map_like(grad, (n, c, height, width))
    wrap_triton(depthwise_grad_input_kernel)[(n * tiles, -(-c // block_c))](
        channels_last(grad),
        packed(weight),
        found,
        c,
        height,
        width,
        oh,
        ow,
        tiles,
        weight.shape[-1],
        PADDING=padding,
        K=weight.shape[-1],
        STRIDE=stride,
        DILATION=dilation,
        BLOCK_P=block_p,
        BLOCK_C=block_c,
        num_warps=WARPS,
    )
    return found


def launch_grad_weight(
    x: Tensor, grad: Tensor, kernel_size: int, stride: int, padding: int, dilation: int
) -> Tensor:
    """A program for each part of the output cells, block of channels, and tap."""
    n, c, h, w = x.shape
    oh, ow = grad.shape[2:]
    k = kernel_size
    cells = part_cells(n * oh * ow)
    parts = -(-n * oh * ow // cells)
    partials = torch.empty((parts, k * k, c), dtype=torch.float32, device=x.device)
    wrap_triton(depthwise_grad_weight_kernel)[(parts, -(-c // 32), k * k)](
        channels_last(x),
        channels_last(grad),
        partials,
        c,
        h,
        w,
        oh,
        ow,
        n * oh * ow,
        cells,
        PADDING=padding,
        K=k,
        STRIDE=stride,
        DILATION=dilation,
        BLOCK_P=64,
        BLOCK_C=32,
        num_warps=WARPS,
    )
    return partials.sum(0).t().reshape(c, 1, k, k).contiguous()


@triton_op("archc::depthwise_grad_input", mutates_args={})
def depthwise_grad_input(
    grad: Tensor, weight: Tensor, height: int, width: int, stride: int, padding: int, dilation: int
) -> Tensor:
    """The gradient of the input of a depthwise convolution."""
    if on_gpu(grad):
        return launch_grad_input(grad, weight, height, width, stride, padding, dilation)
    x = grad.new_empty((*grad.shape[:2], height, width))
    return gradients_eager(x, weight.to(grad.dtype), grad, (stride, padding, dilation))[0]


@triton_op("archc::depthwise_grad_weight", mutates_args={})
def depthwise_grad_weight(
    x: Tensor, grad: Tensor, kernel_size: int, stride: int, padding: int, dilation: int
) -> Tensor:
    """The gradient of the filters of a depthwise convolution, in float32."""
    if on_gpu(x):
        return launch_grad_weight(x, grad, kernel_size, stride, padding, dilation)
    weight = wide(x).new_empty((x.shape[1], 1, kernel_size, kernel_size))
    place = (stride, padding, dilation)
    return gradients_eager(wide(x), weight, wide(grad), place)[1].contiguous()


def gradients_eager(
    x: Tensor, weight: Tensor, grad: Tensor, place: tuple[int, int, int]
) -> tuple[Tensor, Tensor]:
    """What both gradients must equal; of x and the weight only one is needed for the other's."""
    stride, padding, dilation = ([size, size] for size in place)
    options = (stride, padding, dilation, False, [0, 0], x.shape[1], [True, True, False])
    to_x, to_weight, _ = torch.ops.aten.convolution_backward(grad, x, weight, None, *options)
    return to_x, to_weight


def remember_depthwise(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    """Keep what the gradients need."""
    x, weight, scale, shift, ctx.stride, ctx.padding, ctx.dilation, ctx.act = inputs
    ctx.save_for_backward(x, weight, scale, shift)


def depthwise_gradients(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
    """The gradients of `depthwise`; what stands before scale and activation is computed again."""
    place, (x, weight, scale, shift) = (ctx.stride, ctx.padding, ctx.dilation), ctx.saved_tensors
    found = through_depthwise(x, weight, scale, shift, place, ctx.act, grad)
    return *found, None, None, None, None


def through_depthwise(
    x: Tensor,
    weight: Tensor,
    scale: Tensor | None,
    shift: Tensor | None,
    place: tuple[int, int, int],
    act: str,
    grad: Tensor,
) -> tuple[Tensor | None, ...]:
    """The gradients of x, weight, scale and shift of a depthwise convolution with all it has."""
    grad, to_scale, to_shift = before_affine(
        lambda: depthwise(x, weight, None, None, *place, "none"), scale, shift, act, grad
    )
    grad = grad.to(x.dtype)
    to_x = depthwise_grad_input(grad, weight, *x.shape[2:], *place)
    to_weight = depthwise_grad_weight(x, grad, weight.shape[-1], *place).to(weight.dtype)
    return to_x, to_weight, to_scale, to_shift


def before_affine(
    again: Callable[[], Tensor],
    scale: Tensor | None,
    shift: Tensor | None,
    act: str,
    grad: Tensor,
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """The gradients of what stands before scale, shift and activation, of scale, and of shift.

    `again` computes what stands before them; it is called if a gradient depends on it.
    """
    to_scale = None
    if act != "none" or scale is not None:
        plain = again()
        grad = slope_eager(affine_eager(plain, scale, shift), act) * grad
        if scale is not None:
            to_scale = (grad * wide(plain)).sum((0, 2, 3))
    to_shift = None if shift is None else grad.sum((0, 2, 3), dtype=shift.dtype)
    return grad if scale is None else grad * scale.view(1, -1, 1, 1), to_scale, to_shift


def slope_eager(x: Tensor, act: str) -> Tensor:
    """The derivative of an activation."""
    gate = torch.sigmoid(x)
    if act == "relu":
        return (x > 0).to(x.dtype)
    if act == "relu6":
        return ((x > 0) & (x < 6)).to(x.dtype)
    if act == "silu":
        return gate * (1 + x * (1 - gate))
    if act == "sigmoid":
        return gate * (1 - gate)
    if act == "hardswish":
        return torch.where(x > 3, 1.0, (2 * x + 3) / 6) * (x > -3)
    if act == "hardsigmoid":
        return ((x > -3) & (x < 3)).to(x.dtype) / 6
    return torch.ones_like(x)


depthwise.register_autograd(depthwise_gradients, setup_context=remember_depthwise)
