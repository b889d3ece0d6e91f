"""What the kernels share: the optional import of triton, activations, folded normalisation."""

# ruff: noqa: N803
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    import triton  # type: ignore[import-untyped, import-not-found, unused-ignore]
    import triton.language as tl  # type: ignore[import-untyped, import-not-found, unused-ignore]
else:
    try:
        import triton
        import triton.language as tl
    except ModuleNotFoundError:  # then every kernel is the eager expression that it replaces
        triton = None
    else:
        if tuple(map(int, triton.__version__.split(".")[:2])) < (3, 5):  # no `disable_licm`
            triton = None


WARPS = 2 if torch.version.hip else 4
"""Of 64 lanes on AMD, of 32 on NVIDIA: 128 threads a program."""


def jit(kernel: Any) -> Any:
    """`triton.jit`; without triton the function as it is, which nobody calls then."""
    return kernel if triton is None else triton.jit(kernel)


def on_gpu(x: Tensor) -> bool:
    """Whether a kernel runs on this tensor; eager code does on any other."""
    return triton is not None and x.is_cuda and x.dtype != torch.float64


def wide(x: Tensor) -> Tensor:
    """In the type that sums are made in: float32, or float64 as it is."""
    return x if x.dtype == torch.float64 else x.float()


ACTIVATIONS = {
    nn.ReLU: "relu",
    nn.ReLU6: "relu6",
    nn.SiLU: "silu",
    nn.Hardswish: "hardswish",
    nn.Sigmoid: "sigmoid",
    nn.Hardsigmoid: "hardsigmoid",
}
"""The activations that kernels know."""


@jit
def activate(x: tl.tensor, ACT: tl.constexpr) -> tl.tensor:
    """The activation of float32 values; a NaN stays one."""
    if ACT == "relu":
        x = tl.where(x < 0, 0.0, x)
    elif ACT == "relu6":
        x = tl.where(x < 0, 0.0, tl.where(x > 6, 6.0, x))
    elif ACT == "silu":
        x = x / (1 + tl.exp(-x))
    elif ACT == "hardswish":
        x = x * tl.where(x < -3, 0.0, tl.where(x > 3, 1.0, (x + 3) * (1 / 6)))
    elif ACT == "sigmoid":
        x = 1 / (1 + tl.exp(-x))
    elif ACT == "hardsigmoid":
        x = tl.where(x < -3, 0.0, tl.where(x > 3, 1.0, (x + 3) * (1 / 6)))
    return x


def activate_eager(x: Tensor, act: str) -> Tensor:
    """What `activate` must equal."""
    return x if act == "none" else getattr(F, act)(x)


def name_of(act: nn.Module | None) -> str:
    """What the kernels call an activation."""
    return "none" if act is None else ACTIVATIONS[type(act)]


def folded(conv: nn.Conv2d, norm: nn.BatchNorm2d | None) -> tuple[Tensor | None, Tensor | None]:
    """Scale and shift of each channel that say what the bias and the norm do at inference."""
    if norm is None:
        return None, None if conv.bias is None else wide(conv.bias)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = torch.rsqrt(wide(norm.running_var) + norm.eps)
    if norm.affine:
        scale = scale * wide(norm.weight)
    mean = wide(norm.running_mean)
    if conv.bias is not None:
        mean = mean - wide(conv.bias)
    shift = -mean * scale
    return scale, shift + wide(norm.bias) if norm.affine else shift


def affine_eager(y: Tensor, scale: Tensor | None, shift: Tensor | None) -> Tensor:
    """`y * scale + shift` for each channel, where there are any, in float32."""
    if scale is None and shift is None:
        return y
    y = wide(y) if scale is None else wide(y) * scale.view(1, -1, 1, 1)
    return y if shift is None else y + shift.view(1, -1, 1, 1)


def channels_last(x: Tensor) -> Tensor:
    """The map with its channels side by side in memory, which is how the kernels read it."""
    return x.contiguous(memory_format=torch.channels_last)


def map_like(x: Tensor, shape: tuple[int, int, int, int]) -> Tensor:
    """Room for a map, channels last, of the type and on the device of x."""
    return torch.empty(shape, dtype=x.dtype, device=x.device, memory_format=torch.channels_last)


__all__ = ["tl"]
