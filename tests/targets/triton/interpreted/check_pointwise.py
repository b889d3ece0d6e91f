"""The 1x1 and the squeeze-excite kernels, interpreted; float16 and float32, as bits of bfloat16
are multiplied raw in an interpreted product of matrices.
"""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor

from archc.targets.triton.pieces import pointwise, squeeze_excite
from tests.targets.triton.interpreted.audit import OutOfBounds, audited
from tests.targets.triton.interpreted.bounds import UNIT, mutated, within


class Case(NamedTuple):
    shape: tuple[int, int, int, int]
    out: int
    gate: bool = True
    residual: bool = True
    act: str = "silu"
    dtype: torch.dtype = torch.float32

    def tensors(self) -> tuple[Tensor, Tensor, Tensor | None, Tensor, Tensor, Tensor | None]:
        torch.manual_seed(0)
        n, c, h, w = self.shape
        x, weight = torch.randn(self.shape), torch.randn(self.out, c, 1, 1) / c**0.5
        gate = torch.rand(n, c).to(self.dtype) if self.gate else None
        residual = torch.randn(n, self.out, h, w).to(self.dtype) if self.residual else None
        scale, shift = torch.randn(self.out), torch.randn(self.out)
        return x.to(self.dtype), weight.to(self.dtype), gate, scale, shift, residual


CASES = [
    Case((2, 37, 5, 7), 70),
    Case((1, 40, 6, 6), 24, gate=False, residual=False, act="relu6"),
    Case((3, 19, 4, 5), 33, residual=False, act="none"),
    Case((1, 16, 65, 64), 40, gate=False),
    Case((2, 48, 5, 5), 20, dtype=torch.float16),
]


def product(module: ModuleType, case: Case) -> None:
    x, weight, gate, _, _, residual = given = case.tensors()
    with audited() as launches:
        y = module.launch_pointwise(*given, case.act)
    wide: list[Any] = [None if tensor is None else tensor.double() for tensor in given]
    if gate is not None and case.dtype == torch.float16:  # the gated input is rounded, as in eager
        wide[0], wide[2] = (x * gate[..., None, None]).double(), None
    eager: Callable[..., Tensor] = pointwise.pointwise_eager
    exact = eager(*wide, case.act)
    positive: list[Any] = [None if tensor is None else tensor.abs() for tensor in wide]
    size = eager(*positive, "none")
    within(y, exact, size, x.shape[1] + 2)
    (launch,) = launches
    launch.exact("y")
    assert launch.read("x") == x.numel()
    assert launch.read("w") == weight.numel()
    assert gate is None or launch.read("gate") == gate.numel()
    assert residual is None or launch.read("residual") == residual.numel()
    assert launch.read("scale") == launch.read("shift") == case.out


@pytest.mark.parametrize("case", CASES, ids=str)
def test_product(case: Case) -> None:
    product(pointwise, case)


def excite(module: ModuleType, dtype: torch.dtype = torch.float32, r: int = 21) -> None:
    torch.manual_seed(0)
    n, tiles, c, cells = 2, 3, 300, 45
    sums = torch.randn(n, tiles, c) * cells
    weights = torch.randn(r, c, 1, 1) / c, torch.randn(r), torch.randn(c, r, 1, 1), torch.randn(c)
    given = [sums, *(weight.to(dtype) for weight in weights)]
    with audited() as launches:
        gate = module.launch_squeeze_excite(*given, cells, "silu", "sigmoid")
    eager: Callable[..., Tensor] = squeeze_excite.squeeze_excite_eager
    exact = eager(*(tensor.double() for tensor in given), cells, "silu", "sigmoid")
    assert gate.dtype == dtype
    # The gate's slope is at most 1/4, and the hidden values are below 8: far from the bound.
    assert (gate.double() - exact).abs().max() <= 64 * 2.0**-24 + 2 * UNIT[dtype]
    (launch,) = launches
    launch.exact("gate")
    names = ("sums", "reduce", "reduce_bias", "expand", "expand_bias")
    for name, tensor in zip(names, given, strict=True):
        assert launch.read(name) == tensor.numel()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("r", [21, 22, 20, 24, 70])
def test_excite(dtype: torch.dtype, r: int) -> None:
    """Also where 2, 4 or 8 hidden values load at once."""
    excite(squeeze_excite, dtype, r)


PRODUCT = [
    ("m < M, d < D", "m <= M, d < D"),
    ("m < M, d < D", "m < M - 1, d < D"),
    ("m < M, d < D", "m < M, d <= D"),
    ("channel = c < C", "channel = c <= C"),
    ("channel = c < C", "channel = c < C - 1"),
    ("range(0, C, BLOCK_K)", "range(0, C - BLOCK_K, BLOCK_K)"),
    ("image = m // CELLS", "image = m % CELLS"),
    ("gate + image[:, None] * C", "gate + (image * 0)[:, None] * C"),
    ("w + d[None, :] * C + c[:, None]", "w + d[None, :] + c[:, None] * D"),
    ("total *= tl.load(scale", "total += tl.load(scale"),
    ("total += tl.load(shift", "total = tl.load(shift"),
    ("total = activate(total, ACT)", "total = total"),
    ("to = m[:, None] * D", "to = m[:, None] * C"),
    ("row[:, None] & column[None, :]", "row[:, None] & (d >= 0)[None, :]"),
    ("blocks = tl.cdiv(D, BLOCK_D)", "blocks = D // BLOCK_D"),
    ("% blocks * BLOCK_D", "% blocks * BLOCK_M"),
    ("total = tl.dot(a, b.to(a.dtype), total", "total = tl.dot(a, b.to(a.dtype), total * 0"),
]
EXCITE = [
    ("size = GROUPS * STEP", "size = GROUPS"),
    ("unit = r < size", "unit = r <= size"),
    ("unit = r < size", "unit = r < size - 1"),
    ("channel = c < C", "channel = c <= C"),
    ("channel = c < C", "channel = c < C - 1"),
    ("sums += image * TILES * C", "sums += image * C"),
    ("range(TILES)", "range(1, TILES)"),
    ("sums + tile * C", "sums + tile"),
    ("(mean * share)", "mean"),
    ("reduce + r[:, None] * C", "reduce + r[:, None] * size"),
    ("hidden = activate(hidden, ACT)", "hidden = hidden"),
    ("c[None, :] * size + r[:, None]", "c[None, :] + r[:, None] * C"),
    ("gate + image * C", "gate"),
    ("activate(total, GATE_ACT)", "activate(total, ACT)"),
]


@pytest.mark.parametrize(("old", "new"), PRODUCT)
def test_faults_of_the_product_are_caught(old: str, new: str, tmp_path: Path) -> None:
    with pytest.raises((AssertionError, OutOfBounds)):
        product(mutated(pointwise, old, new, tmp_path), CASES[0])


@pytest.mark.parametrize(("old", "new"), EXCITE)
def test_faults_of_the_gate_are_caught(old: str, new: str, tmp_path: Path) -> None:
    with pytest.raises((AssertionError, OutOfBounds)):
        excite(mutated(squeeze_excite, old, new, tmp_path), r=20)
