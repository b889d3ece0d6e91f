"""A depthwise convolution as the prologue of a 1x1 one: the map in between is never written.

Replaces: conv (depthwise) -> batch_norm? -> activation? -> conv (1x1) -> batch_norm? -> ...
... activation? -> add (a residual)?

Shapes: x [N, C, H, W], weight [C, 1, K, K], scale and shift [C] in float32; mix [D, C, 1, 1] with
D of at most 128, scale_out and shift_out [D] in float32, residual as y or nothing; y
[N, D, OH, OW] in the type of x.

Layout: channels last, as in both kernels that it stands for: the depthwise part reads 16 bytes of
neighbouring channels a thread for each tap, and its result is a row-major operand of the product.

Tiling: a program makes 64 output cells of one image by all D channels, and walks C in steps of
32: the filter first, in float32 registers, then a step of the product, rounded to the type of x
as the map in between would be. All of D, as each block of D would do the filter again; 128 is
what the accumulators leave room for. 64 cells share each read of the weights, and 256 threads
keep that at 8 sums of the filter and 32 of the product a thread. Only cells make programs, so
maps must be large, or most of the machine waits. The filter's ROWS are a loop at run time, and
nothing is hoisted out of the loop around it, for the reasons of `depthwise`.
"""

# ruff: noqa: N803
from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.library import triton_op, wrap_triton

from archc.targets.triton.pieces.depthwise import depthwise, depthwise_eager, out_size, packed
from archc.targets.triton.pieces.depthwise_backward import before_affine, through_depthwise
from archc.targets.triton.pieces.pointwise import pointwise_eager
from archc.targets.triton.pieces.shared import (
    WARPS,
    activate,
    channels_last,
    jit,
    map_like,
    on_gpu,
    tl,
)

WIDEST = 128
"""The most output channels: every program makes all of them."""
LEAST = 28 * 28
"""The fewest output cells of an image: three programs a multiprocessor of an H100 at batch 32."""


@jit
def depthwise_pointwise_kernel(
    x: tl.tensor,
    w: tl.tensor,
    scale: tl.tensor,
    shift: tl.tensor,
    mix: tl.tensor,
    scale_out: tl.tensor,
    shift_out: tl.tensor,
    residual: tl.tensor,
    y: tl.tensor,
    C: tl.tensor,
    D: tl.tensor,
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
    ACT: tl.constexpr,
    SCALE: tl.constexpr,
    SHIFT: tl.constexpr,
    ACT_OUT: tl.constexpr,
    SCALE_OUT: tl.constexpr,
    SHIFT_OUT: tl.constexpr,
    RESIDUAL: tl.constexpr,
    BLOCK_M: tl.constexpr,
    BLOCK_D: tl.constexpr,
    BLOCK_C: tl.constexpr,
) -> None:
    """One tile of cells by all output channels."""
    tile = tl.program_id(0) % TILES
    image = (tl.program_id(0) // TILES).to(tl.int64)  # an offset may exceed 31 bits
    p = tile * BLOCK_M + tl.arange(0, BLOCK_M)
    d = tl.arange(0, BLOCK_D)
    cell, made = p < OH * OW, d < D
    top = p // OW * STRIDE - PADDING
    left = p % OW * STRIDE - PADDING
    x += image * H * W * C
    result = tl.zeros((BLOCK_M, BLOCK_D), tl.float32)
    for start in tl.range(0, C, BLOCK_C, disable_licm=True):
        c = start + tl.arange(0, BLOCK_C)
        channel = c < C
        total = tl.zeros((BLOCK_M, BLOCK_C), tl.float32)
        for kh in range(ROWS):
            row = top + kh * DILATION
            inside = cell & (row >= 0) & (row < H)
            for kw in tl.static_range(K):
                column = left + kw * DILATION
                seen = inside & (column >= 0) & (column < W)
                at = (row * W + column)[:, None] * C + c[None, :]
                value = tl.load(x + at, mask=seen[:, None] & channel[None, :], other=0.0)
                tap = tl.load(w + (kh * K + kw) * C + c, mask=channel, other=0.0)
                total += value.to(tl.float32) * tap[None, :]
        if SCALE:
            total *= tl.load(scale + c, mask=channel, other=0.0)[None, :]
        if SHIFT:
            total += tl.load(shift + c, mask=channel, other=0.0)[None, :]
        a = activate(total, ACT).to(x.dtype.element_ty)
        both = channel[:, None] & made[None, :]
        b = tl.load(mix + d[None, :] * C + c[:, None], mask=both, other=0.0)
        result = tl.dot(a, b.to(a.dtype), result, input_precision="ieee")
    if SCALE_OUT:
        result *= tl.load(scale_out + d, mask=made, other=0.0)[None, :]
    if SHIFT_OUT:
        result += tl.load(shift_out + d, mask=made, other=0.0)[None, :]
    result = activate(result, ACT_OUT)
    first = image * OH * OW * D
    to = p[:, None] * D + d[None, :]
    kept = cell[:, None] & made[None, :]
    if RESIDUAL:
        result += tl.load(residual + first + to, mask=kept, other=0.0).to(tl.float32)
    tl.store(y + first + to, result.to(y.dtype.element_ty), mask=kept)


def launch_depthwise_pointwise(
    x: Tensor,
    weight: Tensor,
    scale: Tensor | None,
    shift: Tensor | None,
    stride: int,
    padding: int,
    dilation: int,
    act: str,
    mix: Tensor,
    scale_out: Tensor | None,
    shift_out: Tensor | None,
    residual: Tensor | None,
    act_out: str,
) -> Tensor:
    """A program for each tile of cells."""
    n, c, h, w = x.shape
    d, k = mix.shape[0], weight.shape[-1]
    oh, ow = (out_size(size, k, stride, padding, dilation) for size in (h, w))
    tiles = -(-oh * ow // 64)
    x, taps = channels_last(x), packed(weight)
    y = map_like(x, (n, d, oh, ow))
    wrap_triton(depthwise_pointwise_kernel)[(n * tiles,)](
        x,
        taps,
        taps if scale is None else scale,
        taps if shift is None else shift,
        mix.contiguous(),
        taps if scale_out is None else scale_out,
        taps if shift_out is None else shift_out,
        x if residual is None else channels_last(residual),
        y,
        c,
        d,
        h,
        w,
        oh,
        ow,
        tiles,
        k,
        PADDING=padding,
        K=k,
        STRIDE=stride,
        DILATION=dilation,
        ACT=act,
        SCALE=scale is not None,
        SHIFT=shift is not None,
        ACT_OUT=act_out,
        SCALE_OUT=scale_out is not None,
        SHIFT_OUT=shift_out is not None,
        RESIDUAL=residual is not None,
        BLOCK_M=64,
        BLOCK_D=32 if d <= 32 else 64 if d <= 64 else 128,
        BLOCK_C=32,
        num_warps=2 * WARPS,
    )
    return y


def depthwise_pointwise_eager(
    x: Tensor,
    weight: Tensor,
    scale: Tensor | None,
    shift: Tensor | None,
    stride: int,
    padding: int,
    dilation: int,
    act: str,
    mix: Tensor,
    scale_out: Tensor | None,
    shift_out: Tensor | None,
    residual: Tensor | None,
    act_out: str,
) -> Tensor:
    """What the kernel must equal."""
    between = depthwise_eager(x, weight, scale, shift, stride, padding, dilation, act)
    return pointwise_eager(between, mix, None, scale_out, shift_out, residual, act_out)


@triton_op("archc::depthwise_pointwise", mutates_args={})
def depthwise_pointwise(
    x: Tensor,
    weight: Tensor,
    scale: Tensor | None,
    shift: Tensor | None,
    stride: int,
    padding: int,
    dilation: int,
    act: str,
    mix: Tensor,
    scale_out: Tensor | None,
    shift_out: Tensor | None,
    residual: Tensor | None,
    act_out: str,
) -> Tensor:
    """`act_out(mix(act(conv(x) * scale + shift)) * scale_out + shift_out) + residual`."""
    first = (x, weight, scale, shift, stride, padding, dilation, act)
    last = (mix, scale_out, shift_out, residual, act_out)
    run = launch_depthwise_pointwise if on_gpu(x) else depthwise_pointwise_eager
    return run(*first, *last)


def remember_depthwise_pointwise(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    """Keep what the gradients need; the map in between is not among it."""
    *first, mix, scale_out, shift_out, _, ctx.act_out = inputs
    x, weight, scale, shift, *place, ctx.act = first
    ctx.place = tuple(place)
    ctx.save_for_backward(x, weight, scale, shift, mix, scale_out, shift_out)


def depthwise_pointwise_gradients(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
    """The gradients of `depthwise_pointwise`; the map in between is computed again."""
    x, weight, scale, shift, mix, scale_out, shift_out = ctx.saved_tensors
    to_residual = grad if ctx.needs_input_grad[11] else None
    between = depthwise(x, weight, scale, shift, *ctx.place, ctx.act)
    weights = mix.to(grad.dtype)
    grad, to_scale, to_shift = before_affine(
        lambda: F.conv2d(between, weights), scale_out, shift_out, ctx.act_out, grad
    )
    options = ([1, 1], [0, 0], [1, 1], False, [0, 0], 1, [True, True, False])
    to_between, to_mix, _ = torch.ops.aten.convolution_backward(
        grad.to(between.dtype), between, weights, None, *options
    )
    to_first = through_depthwise(x, weight, scale, shift, ctx.place, ctx.act, to_between)
    to_last = (to_mix.to(mix.dtype), to_scale, to_shift, to_residual)
    return *to_first, None, None, None, None, *to_last, None


depthwise_pointwise.register_autograd(
    depthwise_pointwise_gradients, setup_context=remember_depthwise_pointwise
)
