"""The generated model with kernels, where no kernel can run: the same results, and every tracer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode

from tests.targets.triton.launches import kernels_in
from tests.targets.triton.networks import KERNELS, Pair

# What PyTorch says of itself while it compiles, exports and checks.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*:FutureWarning"),
    pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning"),
]


def sample(pair: Pair, batch: int = 2) -> Tensor:
    return torch.randn(batch, *pair.network.input)


def test_checkpoints_move_freely(pair: Pair) -> None:
    fused, plain = pair.models()
    shapes = {name: tensor.shape for name, tensor in plain.state_dict().items()}
    assert {name: tensor.shape for name, tensor in fused.state_dict().items()} == shapes
    assert list(fused.state_dict()) == list(plain.state_dict())


@pytest.mark.parametrize("training", [False, True])
def test_same_results_and_gradients(pair: Pair, training: bool) -> None:
    fused, plain = pair.models()
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
    fused, plain = (model.to(kind).eval() for model in pair.models())
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
        f"model, x = m.{pair.model}().eval(), torch.randn(1, *{pair.network.input})\n"
        "print(model(x).isfinite().all().item())"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(file).parent)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == "True", done.stderr


@pytest.mark.parametrize("training", [False, True])
def test_compile_in_one_graph(pair: Pair, training: bool) -> None:
    # A C++ compiler takes ten seconds: once is enough, beside what is exported below.
    backend = "inductor" if (pair.name, training) == ("small_mbconv", True) else "aot_eager"
    fused = pair.models()[0].train(training)
    x, weights = sample(pair), list(fused.parameters())
    compiled = torch.compile(fused, fullgraph=True, backend=backend)
    expected = torch.autograd.grad(fused(x).square().mean(), weights)
    found = torch.autograd.grad(compiled(x).square().mean(), weights)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)
    with torch.no_grad():
        torch.testing.assert_close(compiled(x), fused(x), rtol=1e-4, atol=1e-5)


def test_export_and_ahead_of_time(pair: Pair, tmp_path: Path) -> None:
    model = pair.models()[0].eval()
    batch = torch.export.Dim("n", min=1, max=64)
    with torch.no_grad():
        exported = torch.export.export(model, (sample(pair),), dynamic_shapes={"x": {0: batch}})
        torch.export.save(exported, tmp_path / "model.pt2")
        loaded = torch.export.load(tmp_path / "model.pt2").module()
        x = sample(pair, 5)
        torch.testing.assert_close(loaded(x), model(x))
        if pair.name != "small_excited":  # each takes ten seconds
            package = str(tmp_path / "ahead.pt2")
            torch._inductor.aoti_compile_and_package(exported, package_path=package)
            ahead = torch._inductor.aoti_load_package(package)
            torch.testing.assert_close(ahead(x), model(x), rtol=1e-4, atol=1e-5)


def test_on_cuda_a_model_is_its_kernels(pair: Pair) -> None:
    with FakeTensorMode(allow_non_fake_inputs=True), torch.device("cuda"), torch.no_grad():
        model = getattr(pair.fused, pair.model)().eval()
        x = torch.empty(2, *pair.network.input)
        names = kernels_in(model, x)
    assert names == [f"{name}_kernel" for name in KERNELS[pair.name]]
