"""The generated model with kernels, where no kernel can run: the same results, and every tracer."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import Pair
from torch import Tensor, nn
from torch._higher_order_ops.triton_kernel_wrap import kernel_side_table
from torch._subclasses.fake_tensor import FakeTensorMode
from torch._subclasses.functional_tensor import dispatch_functionalize
from torch.fx.experimental.proxy_tensor import make_fx

# What PyTorch says of itself while it compiles, exports and checks.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*:FutureWarning"),
    pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning"),
]


def both(pair: Pair) -> tuple[nn.Module, nn.Module]:
    """The model with kernels and the one without, with the same weights and statistics."""
    torch.manual_seed(0)
    fused = getattr(pair.fused, pair.name)()
    plain = getattr(pair.plain, pair.name)()
    for norm in fused.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.normal_(norm.running_mean)
            nn.init.uniform_(norm.running_var, 0.5, 2)
            nn.init.normal_(norm.weight)
            nn.init.normal_(norm.bias)
    plain.load_state_dict(fused.state_dict())
    return fused, plain


def sample(pair: Pair, batch: int = 2) -> Tensor:
    return torch.randn(batch, *pair.shape)


def test_checkpoints_move_freely(pair: Pair) -> None:
    fused, plain = both(pair)
    shapes = {name: tensor.shape for name, tensor in plain.state_dict().items()}
    assert {name: tensor.shape for name, tensor in fused.state_dict().items()} == shapes
    assert list(fused.state_dict()) == list(plain.state_dict())


@pytest.mark.parametrize("training", [False, True])
def test_same_results_and_gradients(pair: Pair, training: bool) -> None:
    fused, plain = both(pair)
    x = sample(pair)
    results = []
    for model in (fused, plain):
        given = x.clone().requires_grad_()
        y = model.train(training)(given)
        y.square().mean().backward()
        results.append([y, given.grad, *(weight.grad for weight in model.parameters())])
        results[-1] += list(model.buffers())
    for found, expected in zip(*results, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    with torch.no_grad():
        torch.testing.assert_close(fused.eval()(x), plain.eval()(x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_other_types(pair: Pair, kind: torch.dtype) -> None:
    fused, plain = (model.to(kind).eval() for model in both(pair))
    x = sample(pair).to(kind)
    with torch.no_grad():
        found, expected = fused(x), plain(x)
    assert found.dtype == kind
    worst = (found - expected).abs().max() / expected.abs().max()
    assert worst < 16 * torch.finfo(kind).eps


def test_without_triton(pair: Pair) -> None:
    """The import of triton fails as where it is not installed."""
    file = pair.fused.__file__
    assert file is not None
    code = (
        "import sys; sys.modules['triton'] = None\n"
        f"import torch, {pair.fused.__name__} as m\n"
        f"print(m.{pair.name}().eval()(torch.randn(1, *{pair.shape})).isfinite().all().item())"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(file).parent)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == "True", done.stderr


def arguments(act: str = "silu", grad: bool = True) -> tuple[Any, ...]:
    torch.manual_seed(0)
    shapes = ((2, 6, 9, 11), (6, 1, 3, 3), (6,), (6,))
    tensors = [torch.randn(shape, requires_grad=grad) for shape in shapes]
    return (*tensors, 2, 1, 1, act)


def test_opcheck(pair: Pair) -> None:
    kernels = pair.kernels
    torch.library.opcheck(kernels.depthwise, arguments())
    torch.library.opcheck(kernels.depthwise_squeeze, arguments(grad=False))
    x, w, *_ = arguments(grad=False)
    y = kernels.depthwise(*arguments(grad=False))
    torch.library.opcheck(kernels.depthwise_grad_input, (y, w, 9, 11, 2, 1, 1))
    torch.library.opcheck(kernels.depthwise_grad_weight, (x, y, 3, 2, 1, 1))
    gate, weight = torch.rand(2, 6), torch.randn(4, 6, 1, 1)
    affine = torch.randn(4), torch.randn(4)
    torch.library.opcheck(kernels.pointwise, (x, weight, gate, *affine, None, "relu"))
    sums, bias = torch.randn(2, 3, 6), torch.randn(4)
    weights = (weight, bias, torch.randn(6, 4, 1, 1), torch.randn(6))
    torch.library.opcheck(kernels.squeeze_excite_gate, (sums, *weights, 9, "silu", "sigmoid"))


@pytest.mark.parametrize(
    "act", ["none", "relu", "relu6", "silu", "hardswish", "sigmoid", "hardsigmoid"]
)
def test_gradients_in_float64(pair: Pair, act: str) -> None:
    if pair.name != "SmallMBConv":
        pytest.skip("the kernels are the same ones")
    torch.manual_seed(0)
    shapes = ((1, 2, 5, 4), (2, 1, 3, 3), (2,), (2,))
    tensors = [torch.randn(s, dtype=torch.float64, requires_grad=True) for s in shapes]
    assert torch.autograd.gradcheck(lambda *t: pair.kernels.depthwise(*t, 2, 1, 1, act), tensors)


def test_compile_in_one_graph(pair: Pair) -> None:
    if pair.name != "SmallMBConv":
        pytest.skip("one network is enough: it takes half a minute")
    fused, _ = both(pair)
    x = sample(pair)
    for training in (False, True):
        fused.train(training)
        compiled = torch.compile(fused, fullgraph=True)
        expected = torch.autograd.grad(fused(x).square().mean(), list(fused.parameters()))
        found = torch.autograd.grad(compiled(x).square().mean(), list(fused.parameters()))
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)


def test_export_and_ahead_of_time(pair: Pair, tmp_path: Path) -> None:
    model = both(pair)[0].eval()
    batch = torch.export.Dim("n", min=1, max=64)
    with torch.no_grad():
        exported = torch.export.export(model, (sample(pair),), dynamic_shapes={"x": {0: batch}})
        torch.export.save(exported, tmp_path / "model.pt2")
        loaded = torch.export.load(tmp_path / "model.pt2").module()
        x = sample(pair, 5)
        torch.testing.assert_close(loaded(x), model(x))
        if pair.name == "SmallMBConv":
            package = str(tmp_path / "ahead.pt2")
            torch._inductor.aoti_compile_and_package(exported, package_path=package)
            ahead = torch._inductor.aoti_load_package(package)
            torch.testing.assert_close(ahead(x), model(x), rtol=1e-4, atol=1e-5)


def kernels_of(
    function: Callable[..., Any], shapes: list[tuple[int, ...]]
) -> list[tuple[Any, Any]]:
    """The kernels that a function launches on CUDA tensors that do not exist, and their grids."""
    with FakeTensorMode(allow_non_fake_inputs=True):
        given = [torch.empty(shape, device="cuda", dtype=torch.float16) for shape in shapes]
        return launched(function, given)


def launched(function: Callable[..., Any], given: list[Tensor]) -> list[tuple[Any, Any]]:
    """The kernels in the graph of a function, and their grids."""
    graph = make_fx(dispatch_functionalize(function))(*given)
    return [
        (
            kernel_side_table.get_kernel(node.kwargs["kernel_idx"]).fn.__name__,
            tuple(node.kwargs["grid"][0]),
        )
        for node in graph.graph.nodes
        if "triton_kernel_wrapper" in str(node.target)
    ]


def test_on_cuda_a_model_is_its_kernels(pair: Pair) -> None:
    with FakeTensorMode(allow_non_fake_inputs=True), torch.device("cuda"), torch.no_grad():
        model = getattr(pair.fused, pair.name)().eval()
        x = torch.empty(2, *pair.shape)
        state = model.state_dict()

        def call(x: Tensor, *tensors: Tensor) -> Tensor:
            return torch.func.functional_call(model, dict(zip(state, tensors, strict=True)), (x,))

        names = [name for name, _ in launched(call, [x, *state.values()])]
    block = ["pointwise_kernel", "depthwise_kernel", "squeeze_excite_kernel", "pointwise_kernel"]
    if pair.name == "SmallBottleneck":
        block.remove("squeeze_excite_kernel")
    assert names == 2 * block


def test_on_cuda_the_kernels_are_launched(pair: Pair) -> None:
    k = pair.kernels
    x, w = (2, 70, 9, 11), (70, 1, 3, 3)

    def depthwise(x: Tensor, w: Tensor) -> Any:
        return k.depthwise(x, w, None, None, 2, 1, 1, "relu")

    # 5 x 6 output cells in tiles of 16, of 2 images; 70 channels in blocks of 64
    assert kernels_of(depthwise, [x, w]) == [("depthwise_kernel", (4, 2, 1))]

    def backward(grad: Tensor, x: Tensor, w: Tensor) -> Any:
        to_x = k.depthwise_grad_input(grad, w, 9, 11, 2, 1, 1)
        return to_x, k.depthwise_grad_weight(x, grad, 3, 2, 1, 1)

    assert kernels_of(backward, [(2, 70, 5, 6), x, w]) == [
        ("depthwise_grad_input_kernel", (2 * 7, 2, 1)),
        ("depthwise_grad_weight_kernel", (1, 3, 9)),
    ]

    def pointwise(x: Tensor, w: Tensor) -> Any:
        return k.pointwise(x, w, None, None, None, None, "none")

    # 198 cells in tiles of 32; 130 channels in blocks of 64
    found = kernels_of(pointwise, [x, (130, 70, 1, 1)])
    assert found == [("pointwise_kernel", (7 * 3, 1, 1))]
