"""Depthwise convolution, scale and shift, activation, and the sums that a squeeze needs.

Replaces: conv (depthwise) -> batch_norm? -> activation? -> adaptive_avg_pool?

Shapes: x [N, C, H, W], weight [C, 1, K, K], scale and shift [C] in float32; y [N, C, OH, OW] in
the type of x; sums [N, TILES, C] in float32: what each tile of BLOCK_P output cells (in reading
order) adds up to, the part of a global average pool that can be done here without atomics.

Layout: channels last. A warp reads 16 bytes of neighbouring channels a thread for each tap. In
NCHW the taps of one channel lie side by side, and shifted by one cell no 16-byte load is aligned.

Tiling: a program makes BLOCK_P output cells by BLOCK_C channels of one image. 16 cells by 64
channels keep the float32 accumulators at 8 a thread, so that registers allow for many warps,
which hide the latency of loads: each input is read K * K times, all but the first from a cache.
The ROWS of the filter (which are K) are a loop at run time: unrolled, K = 5 needs twice the
registers, and spills; so do index sums that are hoisted out of it (licm). Weights are packed as
[K * K, C] in float32, so that they need no conversion and come in vectors as well.
"""

# ruff: noqa: N803
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.library import triton_op, wrap_triton

from archc.targets.triton.pieces.shared import (
    WARPS,
    activate,
    activate_eager,
    affine_eager,
    channels_last,
    jit,
    map_like,
    on_gpu,
    tl,
    wide,
)


@jit
def depthwise_kernel(
    x: tl.tensor,
    w: tl.tensor,
    scale: tl.tensor,
    shift: tl.tensor,
    y: tl.tensor,
    sums: tl.tensor,
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
    ACT: tl.constexpr,
    SCALE: tl.constexpr,
    SHIFT: tl.constexpr,
    SQUEEZE: tl.constexpr,
    BLOCK_P: tl.constexpr,
    BLOCK_C: tl.constexpr,
) -> None:
    """One tile of cells by one block of channels."""
    tile = tl.program_id(0) % TILES
    image = (tl.program_id(0) // TILES).to(tl.int64)  # an offset may exceed 31 bits
    p = tile * BLOCK_P + tl.arange(0, BLOCK_P)
    c = tl.program_id(1) * BLOCK_C + tl.arange(0, BLOCK_C)
    cell, channel = p < OH * OW, c < C
    top = p // OW * STRIDE - PADDING
    left = p % OW * STRIDE - PADDING
    x += image * H * W * C
    total = tl.zeros((BLOCK_P, BLOCK_C), tl.float32)
    for kh in tl.range(0, ROWS, disable_licm=True):
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
    total = activate(total, ACT)
    kept = cell[:, None] & channel[None, :]
    to = (image * OH * OW + p)[:, None] * C + c[None, :]
    tl.store(y + to, total.to(y.dtype.element_ty), mask=kept)
    if SQUEEZE:
        sum_of_tile = tl.sum(tl.where(cell[:, None], total, 0.0), axis=0)
        tl.store(sums + (image * TILES + tile) * C + c, sum_of_tile, mask=channel)


def depthwise_blocks(channels: int) -> tuple[int, int]:
    """BLOCK_P and BLOCK_C: 1024 results a program, fewer idle lanes where channels are few."""
    return (32, 32) if channels <= 32 else (16, 64)


def out_size(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """How many places a filter takes along an axis."""
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def packed(weight: Tensor) -> Tensor:
    """The filters [C, 1, K, K] as the kernels read them: [K * K, C], in float32."""
    return weight.float().reshape(weight.shape[0], -1).t().contiguous()


def launch_depthwise(
    x: Tensor,
    weight: Tensor,
    scale: Tensor | None,
    shift: Tensor | None,
    stride: int,
    padding: int,
    dilation: int,
    act: str,
    squeeze: bool,
) -> tuple[Tensor, Tensor]:
    """Make room for the results, and start a program for each tile and block of channels."""
    n, c, h, w = x.shape
    k = weight.shape[-1]
    oh, ow = (out_size(size, k, stride, padding, dilation) for size in (h, w))
    block_p, block_c = depthwise_blocks(c)
    tiles = -(-oh * ow // block_p)
    x, taps = channels_last(x), packed(weight)
    y = map_like(x, (n, c, oh, ow))
    sums = torch.empty((n, tiles if squeeze else 0, c), dtype=torch.float32, device=x.device)
    wrap_triton(depthwise_kernel)[(n * tiles, -(-c // block_c))](
        x,
        taps,
        taps if scale is None else scale,
        taps if shift is None else shift,
        y,
        sums,
        c,
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
        SQUEEZE=squeeze,
        BLOCK_P=block_p,
        BLOCK_C=block_c,
        num_warps=WARPS,
    )
    return y, sums


def depthwise_eager(
    x: Tensor,
    weight: Tensor,
    scale: Tensor | None,
    shift: Tensor | None,
    stride: int,
    padding: int,
    dilation: int,
    act: str,
) -> Tensor:
    """What the kernel's y must equal."""
    w = weight.to(x.dtype)
    y = F.conv2d(x, w, None, stride, padding, dilation, groups=x.shape[1])
    return activate_eager(affine_eager(y, scale, shift), act).to(x.dtype)


def tile_sums(y: Tensor) -> Tensor:
    """What the kernel's sums must equal: y, summed over each tile of cells."""
    block_p, _ = depthwise_blocks(y.shape[1])
    flat = wide(y).flatten(2).transpose(1, 2)
    tiles = -(-flat.shape[1] // block_p)
    flat = F.pad(flat, (0, 0, 0, tiles * block_p - flat.shape[1]))
    return flat.reshape(y.shape[0], tiles, block_p, y.shape[1]).sum(2)


@triton_op("archc::depthwise", mutates_args={})
def depthwise(
    x: Tensor,
    weight: Tensor,
    scale: Tensor | None,
    shift: Tensor | None,
    stride: int,
    padding: int,
    dilation: int,
    act: str,
) -> Tensor:
    """`act(conv(x) * scale + shift)`, each channel with a filter of its own."""
    if on_gpu(x):
        return launch_depthwise(
            x, weight, scale, shift, stride, padding, dilation, act, squeeze=False
        )[0]
    return depthwise_eager(x, weight, scale, shift, stride, padding, dilation, act)


@triton_op("archc::depthwise_squeeze", mutates_args={})
def depthwise_squeeze(
    x: Tensor,
    weight: Tensor,
    scale: Tensor | None,
    shift: Tensor | None,
    stride: int,
    padding: int,
    dilation: int,
    act: str,
) -> tuple[Tensor, Tensor]:
    """As `depthwise`, and the sums of its tiles; for inference: it has no gradient."""
    if on_gpu(x):
        return launch_depthwise(
            x, weight, scale, shift, stride, padding, dilation, act, squeeze=True
        )
    y = depthwise_eager(x, weight, scale, shift, stride, padding, dilation, act)
    return y, tile_sums(y)
