"""A 1x1 convolution as a matrix product: gated input, scale and shift, activation, residual.

Replaces: multiply (by a gate)? -> conv (1x1) -> batch_norm? -> activation? -> add (a residual)?

Shapes: x [N, C, H, W], gate [N, C] or nothing, weight [D, C, 1, 1], scale and shift [D] in
float32, residual as y or nothing; y [N, D, H, W] in the type of x. As matrices: M = N * H * W
rows, y = x w^T.

Layout: channels last, where x is a matrix [M, C] as it stands. The weights are read as PyTorch
stores them, [D, C]: both operands run along C, which is what matrix instructions take.

Tiling: BLOCK_M cells by BLOCK_D output channels, walking C in steps of BLOCK_K. The networks are
thin, so that bytes and not multiply-adds are the bound, and a program should have all of D where
it can, to read x once: BLOCK_D is up to 128. 64 by 128 results are 64 registers a thread with 128
threads. Programs of one row of tiles are neighbours, so that x comes from L2 after the first.
"""

# ruff: noqa: N803
from __future__ import annotations

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
)


@jit
def pointwise_kernel(
    x: tl.tensor,
    gate: tl.tensor,
    w: tl.tensor,
    scale: tl.tensor,
    shift: tl.tensor,
    residual: tl.tensor,
    y: tl.tensor,
    M: tl.tensor,
    C: tl.tensor,
    D: tl.tensor,
    CELLS: tl.tensor,
    ACT: tl.constexpr,
    GATE: tl.constexpr,
    SCALE: tl.constexpr,
    SHIFT: tl.constexpr,
    RESIDUAL: tl.constexpr,
    BLOCK_M: tl.constexpr,
    BLOCK_D: tl.constexpr,
    BLOCK_K: tl.constexpr,
) -> None:
    """One tile of cells by one block of output channels."""
    blocks = tl.cdiv(D, BLOCK_D)
    m = (tl.program_id(0) // blocks).to(tl.int64) * BLOCK_M + tl.arange(0, BLOCK_M)
    d = tl.program_id(0) % blocks * BLOCK_D + tl.arange(0, BLOCK_D)
    k = tl.arange(0, BLOCK_K)
    row, column = m < M, d < D
    image = m // CELLS
    total = tl.zeros((BLOCK_M, BLOCK_D), tl.float32)
    for start in range(0, C, BLOCK_K):
        c = start + k
        channel = c < C
        kept = row[:, None] & channel[None, :]
        a = tl.load(x + m[:, None] * C + c[None, :], mask=kept, other=0.0)
        if GATE:
            factor = tl.load(gate + image[:, None] * C + c[None, :], mask=kept, other=0.0)
            a = (a.to(tl.float32) * factor.to(tl.float32)).to(a.dtype)
        inside = channel[:, None] & column[None, :]
        b = tl.load(w + d[None, :] * C + c[:, None], mask=inside, other=0.0)
        total = tl.dot(a, b.to(a.dtype), total, input_precision="ieee")
    if SCALE:
        total *= tl.load(scale + d, mask=column, other=0.0)[None, :]
    if SHIFT:
        total += tl.load(shift + d, mask=column, other=0.0)[None, :]
    total = activate(total, ACT)
    to = m[:, None] * D + d[None, :]
    written = row[:, None] & column[None, :]
    if RESIDUAL:
        total += tl.load(residual + to, mask=written, other=0.0).to(tl.float32)
    tl.store(y + to, total.to(y.dtype.element_ty), mask=written)


def pointwise_blocks(channels: int, cells: int) -> tuple[int, int, int]:
    """BLOCK_M, BLOCK_D and BLOCK_K for so many output channels and cells of all images."""
    block_d = 32 if channels <= 32 else 64 if channels <= 64 else 128
    # Few cells (small maps, batch 1): smaller tiles make more programs.
    return (64, block_d, 32) if cells >= 4096 else (32, min(block_d, 64), 32)


def launch_pointwise(
    x: Tensor,
    weight: Tensor,
    gate: Tensor | None,
    scale: Tensor | None,
    shift: Tensor | None,
    residual: Tensor | None,
    act: str,
) -> Tensor:
    """A program for each tile of cells and block of output channels."""
    n, c, h, w = x.shape
    d, cells = weight.shape[0], n * h * w
    block_m, block_d, block_k = pointwise_blocks(d, cells)
    x = channels_last(x)
    y = map_like(x, (n, d, h, w))
    wrap_triton(pointwise_kernel)[(-(-cells // block_m) * -(-d // block_d),)](
        x,
        x if gate is None else gate.contiguous(),
        weight.contiguous(),
        x if scale is None else scale,
        x if shift is None else shift,
        x if residual is None else channels_last(residual),
        y,
        cells,
        c,
        d,
        h * w,
        ACT=act,
        GATE=gate is not None,
        SCALE=scale is not None,
        SHIFT=shift is not None,
        RESIDUAL=residual is not None,
        BLOCK_M=block_m,
        BLOCK_D=block_d,
        BLOCK_K=block_k,
        num_warps=WARPS,
        num_stages=3,
    )
    return y


def pointwise_eager(
    x: Tensor,
    weight: Tensor,
    gate: Tensor | None,
    scale: Tensor | None,
    shift: Tensor | None,
    residual: Tensor | None,
    act: str,
) -> Tensor:
    """What the kernel must equal."""
    a = x if gate is None else x * gate.to(x.dtype).view(*gate.shape, 1, 1)
    y = activate_eager(affine_eager(F.conv2d(a, weight.to(x.dtype)), scale, shift), act)
    return (y if residual is None else y + residual).to(x.dtype)


@triton_op("archc::pointwise", mutates_args={})
def pointwise(
    x: Tensor,
    weight: Tensor,
    gate: Tensor | None,
    scale: Tensor | None,
    shift: Tensor | None,
    residual: Tensor | None,
    act: str,
) -> Tensor:
    """`act(conv(x * gate) * scale + shift) + residual`, for inference: it has no gradient."""
    if on_gpu(x):
        return launch_pointwise(x, weight, gate, scale, shift, residual, act)
    return pointwise_eager(x, weight, gate, scale, shift, residual, act)
