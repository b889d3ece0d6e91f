"""The kernels in the graph of a function: what would be launched on a GPU."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._higher_order_ops.triton_kernel_wrap import kernel_side_table
from torch._subclasses.fake_tensor import FakeTensorMode
from torch._subclasses.functional_tensor import dispatch_functionalize
from torch.fx.experimental.proxy_tensor import make_fx

pytest.importorskip("triton", reason="PyTorch brings triton on Linux only")


def kernels_of(
    function: Callable[..., Any], shapes: list[tuple[int, ...]]
) -> list[tuple[Any, Any]]:
    """The kernels that a function launches on CUDA tensors that do not exist, and their grids."""
    with FakeTensorMode(allow_non_fake_inputs=True):
        given = [torch.empty(shape, device="cuda", dtype=torch.float16) for shape in shapes]
        return launched(function, given)


def kernels_in(model: nn.Module, x: Tensor) -> list[str]:
    """The kernels that a model launches, where its weights and x are of a fake mode."""
    state = model.state_dict()

    def call(x: Tensor, *tensors: Tensor) -> Any:
        return torch.func.functional_call(model, dict(zip(state, tensors, strict=True)), (x,))

    return [name for name, _ in launched(call, [x, *state.values()])]


def launched(function: Callable[..., Any], given: list[Tensor]) -> list[tuple[Any, Any]]:
    """The kernels in the graph of a function, and their grids."""
    graph = make_fx(dispatch_functionalize(function))(*given)
    table: Any = kernel_side_table
    return [
        (
            table.get_kernel(node.kwargs["kernel_idx"]).fn.__name__,
            tuple(node.kwargs["grid"][0]),
        )
        for node in graph.graph.nodes
        if "triton_kernel_wrapper" in str(node.target)
    ]
