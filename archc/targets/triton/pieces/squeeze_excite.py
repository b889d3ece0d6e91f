"""Squeeze and excitation in one kernel: from the sums of tiles to the gate of each channel.

Replaces: adaptive_avg_pool (1x1) -> conv (1x1) -> activation -> conv (1x1) -> activation

Shapes: sums [N, TILES, C] in float32, as `depthwise_squeeze` leaves them; reduce [R, C] with bias
[R], expand [C, R] with bias [C]; gate [N, C] in the type of the map.

Layout: everything contiguous; a warp reads neighbouring channels.

Tiling: one program for an image, with R hidden values in registers, walking the channels twice by
BLOCK_C: once to add up the tiles and make the hidden values, whose products stay apart in 4096
registers until the end, so that threads exchange them once; once to make the gate. The work is
small (2 * C * R multiply-adds); what counts is one launch in the place of five.
"""

# ruff: noqa: N803
from __future__ import annotations

import torch
from torch import Tensor
from torch.library import triton_op, wrap_triton

from archc.targets.triton.pieces.shared import activate, activate_eager, jit, on_gpu, tl


@jit
def squeeze_excite_kernel(
    sums: tl.tensor,
    reduce: tl.tensor,
    reduce_bias: tl.tensor,
    expand: tl.tensor,
    expand_bias: tl.tensor,
    gate: tl.tensor,
    C: tl.tensor,
    GROUPS: tl.tensor,
    TILES: tl.tensor,
    share: tl.tensor,
    ACT: tl.constexpr,
    GATE_ACT: tl.constexpr,
    STEP: tl.constexpr,
    BLOCK_R: tl.constexpr,
    BLOCK_C: tl.constexpr,
) -> None:
    """The gate of one image; `share` is 1 / cells, which makes a mean of a sum."""
    image = tl.program_id(0).to(tl.int64)
    size = GROUPS * STEP  # as a product, that the compiler may load STEP values at once
    r = tl.arange(0, BLOCK_R)
    unit = r < size
    sums += image * TILES * C
    products = tl.zeros((BLOCK_R, BLOCK_C), tl.float32)
    for start in range(0, C, BLOCK_C):
        c = start + tl.arange(0, BLOCK_C)
        channel = c < C
        mean = tl.zeros((BLOCK_C,), tl.float32)
        for tile in range(TILES):
            mean += tl.load(sums + tile * C + c, mask=channel, other=0.0)
        both = unit[:, None] & channel[None, :]
        w = tl.load(reduce + r[:, None] * C + c[None, :], mask=both, other=0.0).to(tl.float32)
        products += w * (mean * share)[None, :]
    hidden = tl.sum(products, axis=1)
    hidden += tl.load(reduce_bias + r, mask=unit, other=0.0).to(tl.float32)
    hidden = activate(hidden, ACT)
    for start in range(0, C, BLOCK_C):
        c = start + tl.arange(0, BLOCK_C)
        channel = c < C
        both = unit[:, None] & channel[None, :]
        w = tl.load(expand + c[None, :] * size + r[:, None], mask=both, other=0.0).to(tl.float32)
        total = tl.sum(w * hidden[:, None], axis=0)
        total += tl.load(expand_bias + c, mask=channel, other=0.0).to(tl.float32)
        total = activate(total, GATE_ACT)
        tl.store(gate + image * C + c, total.to(gate.dtype.element_ty), mask=channel)


def power_above(number: int) -> int:
    """The least power of two that is no less, and at least 16."""
    return max(16, 1 << (number - 1).bit_length())


def launch_squeeze_excite(
    sums: Tensor,
    reduce: Tensor,
    reduce_bias: Tensor,
    expand: Tensor,
    expand_bias: Tensor,
    cells: int,
    act: str,
    gate_act: str,
) -> Tensor:
    """A program for each image."""
    n, tiles, c = sums.shape
    r = reduce.shape[0]
    block_r, step = power_above(r), next(size for size in (8, 4, 2, 1) if r % size == 0)
    gate = torch.empty((n, c), dtype=reduce.dtype, device=sums.device)
    wrap_triton(squeeze_excite_kernel)[(n,)](
        sums,
        reduce.contiguous(),
        reduce_bias,
        expand.contiguous(),
        expand_bias,
        gate,
        c,
        r // step,
        tiles,
        1.0 / cells,
        ACT=act,
        GATE_ACT=gate_act,
        STEP=step,
        BLOCK_R=block_r,
        BLOCK_C=max(16, min(128, 4096 // block_r)),
        num_warps=4,
    )
    return gate


def squeeze_excite_eager(
    sums: Tensor,
    reduce: Tensor,
    reduce_bias: Tensor,
    expand: Tensor,
    expand_bias: Tensor,
    cells: int,
    act: str,
    gate_act: str,
) -> Tensor:
    """What the kernel must equal."""
    wide = sums.dtype if reduce.dtype != torch.float64 else torch.float64
    mean = sums.to(wide).sum(1) / cells
    hidden = mean @ reduce.flatten(1).to(wide).t() + reduce_bias.to(wide)
    gate = activate_eager(hidden, act) @ expand.flatten(1).to(wide).t() + expand_bias.to(wide)
    return activate_eager(gate, gate_act).to(reduce.dtype)


@triton_op("archc::squeeze_excite", mutates_args={})
def squeeze_excite_gate(
    sums: Tensor,
    reduce: Tensor,
    reduce_bias: Tensor,
    expand: Tensor,
    expand_bias: Tensor,
    cells: int,
    act: str,
    gate_act: str,
) -> Tensor:
    """The gate [N, C], from the sums of tiles of `cells` cells; it has no gradient."""
    arguments = (sums, reduce, reduce_bias, expand, expand_bias, cells, act, gate_act)
    if on_gpu(sums):
        return launch_squeeze_excite(*arguments)
    return squeeze_excite_eager(*arguments)
