"""Depthwise, then 1x1, in one interpreted kernel: against float64, by address, and with faults."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor

from archc.targets.triton.pieces import depthwise_pointwise
from archc.targets.triton.pieces.depthwise import depthwise_eager
from tests.targets.triton.interpreted.audit import OutOfBounds, audited
from tests.targets.triton.interpreted.bounds import UNIT, mutated, within


class Case(NamedTuple):
    shape: tuple[int, int, int, int]
    k: int
    out: int
    stride: int = 1
    padding: int = 1
    dilation: int = 1
    acts: tuple[str, str] = ("relu6", "none")
    residual: bool = True
    dtype: torch.dtype = torch.float32
    affine: bool = True

    @property
    def place(self) -> tuple[int, int, int]:
        return self.stride, self.padding, self.dilation

    def tensors(self) -> tuple[list[Any], list[Any]]:
        torch.manual_seed(0)
        _, c, _, _ = self.shape
        x = torch.randn(self.shape).to(self.dtype)
        first: list[Any] = [
            x,
            torch.randn(c, 1, self.k, self.k) / self.k,
            torch.randn(c),
            torch.randn(c),
        ]
        mix = (torch.randn(self.out, c, 1, 1) / c**0.5).to(self.dtype)
        last: list[Any] = [mix, torch.randn(self.out), torch.randn(self.out), None]
        if self.residual:
            sizes = depthwise_eager(x, first[1], None, None, *self.place, "none").shape
            last[3] = torch.randn(sizes[0], self.out, *sizes[2:]).to(self.dtype)
        if not self.affine:
            first[2:] = last[1:3] = [None, None]
        return first, last


CASES = [
    Case((2, 37, 9, 11), 3, 20),
    Case((1, 40, 13, 10), 5, 70, stride=2, padding=2, acts=("silu", "relu"), residual=False),
    Case((2, 9, 9, 9), 3, 128, dilation=2, padding=2, acts=("hardswish", "silu")),
    Case((1, 33, 8, 9), 7, 33, padding=3, acts=("none", "sigmoid"), affine=False),
    Case((2, 40, 10, 9), 3, 24, stride=2, dtype=torch.float16),
]


def together(module: ModuleType, case: Case) -> None:
    """y within the bound and written once, everything read that is there, and no byte more."""
    first, last = case.tensors()
    acts, place = case.acts, case.place
    with audited() as launches:
        y = module.launch_depthwise_pointwise(*first, *place, acts[0], *last, acts[1])
    within(y, *exact_and_size(case, first, last))
    (launch,) = launches
    launch.exact("y")
    for name, tensor in zip(("x", "w", "mix"), (first[0], first[1], last[0]), strict=True):
        assert launch.read(name) == tensor.numel()
    if case.affine:
        assert launch.read("scale") == launch.read("shift") == case.shape[1]
        assert launch.read("scale_out") == launch.read("shift_out") == case.out
    assert not case.residual or launch.read("residual") == y.numel()


def exact_and_size(
    case: Case, first: list[Tensor | None], last: list[Tensor | None]
) -> tuple[Tensor, Tensor, int]:
    """The result in float64, and what the bound is scaled by, and how many terms it has.

    What stands between is wrong by (k*k + 8) u32 of the absolute terms, and by u of a 16-bit type
    if it is rounded to one; the product adds C u32 of its own.
    """
    wide = [None if t is None else t.double() for t in (*first, *last)]
    one, two = wide[:4], wide[4:]
    acts, place = case.acts, case.place
    eager: Callable[..., Tensor] = depthwise_pointwise.depthwise_pointwise_eager
    exact = eager(*one, *place, acts[0], *two, acts[1])
    absolute = [None if t is None else t.abs() for t in wide]
    one, two = absolute[:4], absolute[4:]
    size = eager(*one, *place, "none", *two, "none")
    terms = case.k**2 + case.shape[1] + 16
    if case.dtype != torch.float32:
        terms += int(UNIT[case.dtype] / UNIT[torch.float32])
    return exact, size, terms


@pytest.mark.parametrize("case", CASES, ids=str)
def test_together(case: Case) -> None:
    together(depthwise_pointwise, case)


FAULTS = [
    ("(row < H)", "(row <= H)"),
    ("(row >= 0)", "(row >= -1)"),
    ("(column < W)", "(column <= W)"),
    ("(column >= 0)", "(column >= -1)"),
    ("p // OW * STRIDE - PADDING", "p // OW - PADDING"),
    ("p % OW * STRIDE - PADDING", "p % OW * STRIDE - PADDING + 1"),
    ("kh * DILATION", "kh"),
    ("kw * DILATION", "kw"),
    ("(kh * K + kw) * C", "(kw * K + kh) * C"),
    ("channel = c < C", "channel = c <= C"),
    ("channel = c < C", "channel = c < C - 1"),
    ("p < OH * OW, d < D", "p <= OH * OW, d < D"),
    ("p < OH * OW, d < D", "p < OH * OW, d <= D"),
    ("p < OH * OW, d < D", "p < OH * OW, d < D - 1"),
    ("x += image * H * W * C", "x += image * OH * OW * C"),
    ("first = image * OH * OW * D", "first = image * OH * OW * C"),
    ("(0, C, BLOCK_C,", "(0, C - BLOCK_C, BLOCK_C,"),
    ("activate(total, ACT)", "activate(total, ACT_OUT)"),
    ("activate(result, ACT_OUT)", "activate(result, ACT)"),
    ("mix + d[None, :] * C + c[:, None]", "mix + d[None, :] + c[:, None] * D"),
    ("tl.dot(a, b.to(a.dtype), result", "tl.dot(a, b.to(a.dtype), result * 0"),
    ("scale + c, mask", "shift + c, mask"),
    ("shift_out + d", "scale_out + d"),
    ("tl.load(residual + first + to", "tl.load(residual + to"),
    ("p[:, None] * D + d[None, :]", "p[:, None] * C + d[None, :]"),
]
HARD = Case((2, 35, 13, 11), 3, 20, stride=2, padding=1, dilation=2, acts=("relu6", "silu"))


@pytest.mark.parametrize(("old", "new"), FAULTS)
def test_faults_are_caught(old: str, new: str, tmp_path: Path) -> None:
    with pytest.raises((AssertionError, OutOfBounds)):
        together(mutated(depthwise_pointwise, old, new, tmp_path), HARD)
