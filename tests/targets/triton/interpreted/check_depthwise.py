"""The depthwise kernels, interpreted: against float64, address by address, and with faults."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor
from torch.nn.grad import conv2d_input, conv2d_weight

from archc.targets.triton.pieces import depthwise, depthwise_backward
from tests.targets.triton.interpreted.audit import OutOfBounds, audited
from tests.targets.triton.interpreted.bounds import mutated, within


class Case(NamedTuple):
    shape: tuple[int, int, int, int]
    k: int
    stride: int = 1
    dilation: int = 1
    padding: int | None = None
    act: str = "silu"
    dtype: torch.dtype = torch.float32

    @property
    def place(self) -> tuple[int, int, int]:
        padding = self.dilation * (self.k // 2) if self.padding is None else self.padding
        return self.stride, padding, self.dilation

    def tensors(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        torch.manual_seed(0)
        c = self.shape[1]
        x = torch.randn(self.shape).to(self.dtype)
        return x, torch.randn(c, 1, self.k, self.k) / self.k, torch.randn(c), torch.randn(c)


CASES = [
    Case((2, 37, 7, 9), 3),
    Case((1, 70, 9, 5), 5, stride=2, act="relu6"),
    Case((2, 5, 6, 7), 7, act="relu"),
    Case((1, 8, 11, 10), 3, stride=2, act="none"),
    Case((1, 33, 9, 9), 3, dilation=2, act="hardswish"),
    Case((1, 6, 12, 9), 5, stride=2, dilation=2, act="sigmoid"),
    Case((1, 6, 8, 7), 3, padding=0, act="hardsigmoid"),
    Case((2, 20, 7, 5), 3, dtype=torch.float16),
    Case((1, 20, 7, 5), 5, stride=2, dtype=torch.bfloat16),
]


def forward(module: ModuleType, case: Case) -> None:
    """y and sums within the bound, each written once, each input read, and no byte more."""
    x, w, scale, shift = case.tensors()
    with audited() as launches:
        y, sums = module.launch_depthwise(x, w, scale, shift, *case.place, case.act, True)
    wide: list[Any] = [tensor.double() for tensor in (x, w, scale, shift)]
    eager: Callable[..., Tensor] = depthwise.depthwise_eager
    exact = eager(*wide, *case.place, case.act)
    size = eager(*(t.abs() for t in wide), *case.place, "none")
    assert y.dtype == x.dtype
    within(y, exact, size, case.k**2)
    within(sums, depthwise.tile_sums(exact), depthwise.tile_sums(size), case.k**2 + 32)
    (launch,) = launches
    launch.exact("y", "sums")
    assert launch.read("x") == seen(x, case)
    assert launch.read("w") == w.numel()
    assert launch.read("scale") == launch.read("shift") == x.shape[1]


def seen(x: Tensor, case: Case) -> int:
    """The inputs that some output depends on."""
    ones = torch.ones(1, 1, *x.shape[2:], requires_grad=True)
    s, p, d = case.place
    torch.nn.functional.conv2d(
        ones, torch.ones(1, 1, case.k, case.k), None, s, p, d
    ).sum().backward()
    assert ones.grad is not None
    return int((ones.grad > 0).sum()) * x.shape[0] * x.shape[1]


def backward(module: ModuleType, case: Case) -> None:
    """Both gradients within the bound, and each element of them written once."""
    x, w, _, _ = case.tensors()
    exact_y = depthwise.depthwise_eager(x, w, None, None, *case.place, "none")
    grad = torch.randn(exact_y.shape).to(x.dtype)
    c, place = x.shape[1], case.place
    with audited() as launches:
        to_x = module.launch_grad_input(grad, w, *x.shape[2:], *place)
        to_w = module.launch_grad_weight(x, grad, case.k, *place)
    launches[0].exact("grad_x")
    launches[1].exact("partials")
    g, v, u = grad.double(), w.double(), x.double()
    sizes = list(x.shape)
    exact, size = (conv2d_input(sizes, b, a, *place, c) for a, b in ((g, v), (g.abs(), v.abs())))
    within(to_x, exact, size, case.k**2)
    sizes = [c, 1, case.k, case.k]
    exact, size = (conv2d_weight(a, sizes, b, *place, c) for a, b in ((u, g), (u.abs(), g.abs())))
    within(to_w, exact, size, grad.numel() // c)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_forward(case: Case) -> None:
    forward(depthwise, case)


@pytest.mark.parametrize("case", [CASES[k] for k in (0, 1, 3, 5, 7)], ids=str)
def test_backward(case: Case) -> None:
    backward(depthwise_backward, case)


def test_plain_and_without_sums() -> None:
    case = Case((1, 6, 5, 5), 3, act="none")
    x, w, _, shift = case.tensors()
    for bias in (None, shift):
        y, sums = depthwise.launch_depthwise(x, w, None, bias, *case.place, "none", False)
        assert not sums.numel()
        exact = depthwise.depthwise_eager(x, w, None, bias, *case.place, "none")
        torch.testing.assert_close(y, exact)


FORWARD = [
    ("(row < H)", "(row <= H)"),
    ("(row >= 0)", "(row >= -1)"),
    ("(column < W)", "(column <= W)"),
    ("(column >= 0)", "(column >= -1)"),
    ("p // OW * STRIDE - PADDING", "p // OW - PADDING"),
    ("p % OW * STRIDE - PADDING", "p % OW * STRIDE - PADDING + 1"),
    ("kh * DILATION", "kh"),
    ("kw * DILATION", "kw"),
    ("(kh * K + kw) * C", "(kw * K + kh) * C"),
    ("p < OH * OW, c < C", "p < OH * OW, c <= C"),
    ("p < OH * OW, c < C", "p <= OH * OW, c < C"),
    ("kept = cell[:, None] & channel[None, :]", "kept = cell[:, None] & (c >= 0)[None, :]"),
    ("kept = cell[:, None] & channel[None, :]", "kept = (p >= 0)[:, None] & channel[None, :]"),
    ("tl.where(cell[:, None], total, 0.0)", "total"),
    ("x += image * H * W * C", "x += image * OH * OW * C"),
    ("(image * OH * OW + p)", "p"),
    ("tl.program_id(1) * BLOCK_C", "tl.program_id(1) * (BLOCK_C // 2)"),
    ("total = activate(total, ACT)", "total = total"),
]
BACKWARD = [
    ("(row < OH)", "(row <= OH)"),
    ("(down >= 0) & ", ""),
    ("(down % STRIDE == 0) & ", ""),
    ("& (across >= 0)", ""),
    ("(across % STRIDE == 0) & ", ""),
    ("(column < OW)", "(column <= OW)"),
    ("p // W + PADDING", "p // W"),
    ("bottom - kh * DILATION", "bottom - kh"),
    ("(kh * K + kw) * C", "((K - 1 - kh) * K + kw) * C"),
    ("p < H * W, c < C", "p < H * W, c <= C"),
    ("grad += image * OH * OW * C", "grad += image * H * W * C"),
    ("tap // K * DILATION", "tap % K * DILATION"),
    ("cell = p < ALL", "cell = p < ALL - 1"),
    ("& (column < W)\n", "\n"),
    ("(part * K * K + tap) * C", "(part * K + tap) * C"),
    ("range(0, CELLS, BLOCK_P)", "range(BLOCK_P, CELLS, BLOCK_P)"),
]
# Sizes at which a window ends just before, at and just beyond each border.
HARD = Case((2, 70, 13, 11), 3, stride=2, dilation=2, padding=1)
HARD_BACKWARD = Case((2, 35, 13, 12), 3, stride=2, dilation=2, padding=2)


@pytest.mark.parametrize(("old", "new"), FORWARD)
def test_faults_of_the_forward_are_caught(old: str, new: str, tmp_path: Path) -> None:
    with pytest.raises((AssertionError, OutOfBounds)):
        forward(mutated(depthwise, old, new, tmp_path), HARD)


@pytest.mark.parametrize(("old", "new"), BACKWARD)
def test_faults_of_the_backward_are_caught(old: str, new: str, tmp_path: Path) -> None:
    with pytest.raises((AssertionError, OutOfBounds)):
        backward(mutated(depthwise_backward, old, new, tmp_path), HARD_BACKWARD)
