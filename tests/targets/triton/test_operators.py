"""Each operator by itself: what PyTorch asks of one, its gradients, what it launches on CUDA."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from archc.passes import patterns
from archc.targets.triton.pieces.depthwise import depthwise, depthwise_blocks, depthwise_squeeze
from archc.targets.triton.pieces.depthwise_backward import (
    depthwise_grad_input,
    depthwise_grad_weight,
)
from archc.targets.triton.pieces.depthwise_pointwise import (
    LEAST,
    WIDEST,
    depthwise_pointwise,
    depthwise_pointwise_gradients,
)
from archc.targets.triton.pieces.pointwise import pointwise
from archc.targets.triton.pieces.squeeze_excite import squeeze_excite_gate
from tests.targets.triton.launches import kernels_of

pytestmark = pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning")


def arguments(act: str = "silu", grad: bool = True) -> tuple[Any, ...]:
    torch.manual_seed(0)
    shapes = ((2, 6, 9, 11), (6, 1, 3, 3), (6,), (6,))
    tensors = [torch.randn(shape, requires_grad=grad) for shape in shapes]
    return (*tensors, 2, 1, 1, act)


def both(acts: tuple[str, str] = ("silu", "relu6"), grad: bool = True) -> tuple[Any, ...]:
    torch.manual_seed(0)
    shapes = ((2, 6, 5, 7), (6, 1, 3, 3), (6,), (6,), (4, 6, 1, 1), (4,), (4,), (2, 4, 3, 4))
    tensors = [torch.randn(shape, dtype=torch.float64, requires_grad=grad) for shape in shapes]
    return (*tensors[:4], 2, 1, 1, acts[0], *tensors[4:], acts[1])


def test_the_model_knows_the_sizes_of_the_kernels() -> None:
    assert (patterns.WIDEST, patterns.LEAST) == (WIDEST, LEAST)
    assert [patterns.tile_cells(channels) for channels in (8, 32, 33, 640)] == [
        depthwise_blocks(channels)[0] for channels in (8, 32, 33, 640)
    ]


def test_opcheck() -> None:
    torch.library.opcheck(depthwise, arguments())
    torch.library.opcheck(depthwise_squeeze, arguments(grad=False))
    torch.library.opcheck(depthwise_pointwise, both())
    x, w, *_ = arguments(grad=False)
    y = depthwise(*arguments(grad=False))
    torch.library.opcheck(depthwise_grad_input, (y, w, 9, 11, 2, 1, 1))
    torch.library.opcheck(depthwise_grad_weight, (x, y, 3, 2, 1, 1))
    gate, weight = torch.rand(2, 6), torch.randn(4, 6, 1, 1)
    affine = torch.randn(4), torch.randn(4)
    torch.library.opcheck(pointwise, (x, weight, gate, *affine, None, "relu"))
    sums, bias = torch.randn(2, 3, 6), torch.randn(4)
    weights = (weight, bias, torch.randn(6, 4, 1, 1), torch.randn(6))
    torch.library.opcheck(squeeze_excite_gate, (sums, *weights, 9, "silu", "sigmoid"))


ACTIVATIONS = ["none", "relu", "relu6", "silu", "hardswish", "sigmoid", "hardsigmoid"]


@pytest.mark.parametrize("act", ACTIVATIONS)
def test_gradients_in_float64(act: str) -> None:
    torch.manual_seed(0)
    shapes = ((1, 2, 5, 4), (2, 1, 3, 3), (2,), (2,))
    tensors = [torch.randn(s, dtype=torch.float64, requires_grad=True) for s in shapes]
    assert torch.autograd.gradcheck(lambda *t: depthwise(*t, 2, 1, 1, act), tensors)


@pytest.mark.parametrize("acts", [*zip(ACTIVATIONS, reversed(ACTIVATIONS), strict=True)], ids=str)
def test_gradients_of_both_in_float64(acts: tuple[str, str]) -> None:
    assert torch.autograd.gradcheck(depthwise_pointwise, both(acts))


def test_on_cuda_the_kernels_are_launched() -> None:
    x, w = (2, 70, 9, 11), (70, 1, 3, 3)

    def forward(x: Tensor, w: Tensor) -> Any:
        return depthwise(x, w, None, None, 2, 1, 1, "relu")

    # 5 x 6 output cells in tiles of 16, of 2 images; 70 channels in blocks of 64
    assert kernels_of(forward, [x, w]) == [("depthwise_kernel", (4, 2, 1))]

    def backward(grad: Tensor, x: Tensor, w: Tensor) -> Any:
        to_x = depthwise_grad_input(grad, w, 9, 11, 2, 1, 1)
        return to_x, depthwise_grad_weight(x, grad, 3, 2, 1, 1)

    assert kernels_of(backward, [(2, 70, 5, 6), x, w]) == [
        ("depthwise_grad_input_kernel", (2 * 7, 2, 1)),
        ("depthwise_grad_weight_kernel", (1, 3, 9)),
    ]

    def product(x: Tensor, w: Tensor) -> Any:
        return pointwise(x, w, None, None, None, None, "none")

    # 198 cells in tiles of 32; 130 channels in blocks of 64
    found = kernels_of(product, [x, (130, 70, 1, 1)])
    assert found == [("pointwise_kernel", (7 * 3, 1, 1))]

    def together(x: Tensor, w: Tensor, mix: Tensor) -> Any:
        none = (None, None)
        return depthwise_pointwise(x, w, *none, 1, 1, 1, "relu", mix, *none, None, "none")

    # 99 cells in tiles of 64, of 2 images; every program has all channels
    found = kernels_of(together, [x, w, (100, 70, 1, 1)])
    assert found == [("depthwise_pointwise_kernel", (4, 1, 1))]


def test_the_gradient_of_both_is_kernels_on_cuda() -> None:
    def gradients(grad: Tensor, x: Tensor, w: Tensor, mix: Tensor) -> Any:
        needed = [True, True, *10 * [False]]
        saved = (x, w, None, None, mix, None, None)
        kept = {"place": (1, 1, 1), "act": "relu", "act_out": "none", "needs_input_grad": needed}
        context = SimpleNamespace(saved_tensors=saved, **kept)
        return depthwise_pointwise_gradients(context, grad)

    shapes: list[tuple[int, ...]] = [
        (2, 100, 9, 11),
        (2, 70, 9, 11),
        (70, 1, 3, 3),
        (100, 70, 1, 1),
    ]
    assert [name for name, _ in kernels_of(gradients, shapes)] == [
        "depthwise_kernel",  # the map in between, again
        "depthwise_kernel",  # and without its activation, for the slope of it
        "depthwise_grad_input_kernel",
        "depthwise_grad_weight_kernel",
    ]
