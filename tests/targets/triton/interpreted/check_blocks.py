"""Whole generated networks and blocks with every kernel interpreted, against the eager modules."""

from pathlib import Path

import pytest
import torch
from torch import nn

from archc import catalogue, passes
from archc.analyses.kernel_prices import Price
from tests.targets.triton import networks
from tests.targets.triton.interpreted.audit import Launch, audited
from tests.targets.triton.networks import KERNELS, Pair


@pytest.fixture
def models(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> tuple[nn.Module, nn.Module]:
    """The model with kernels, where each of them runs, and the one without."""
    monkeypatch.setattr(pair.kernels, "on_gpu", lambda x: True)
    return pair.models()


def test_inference(pair: Pair, models: tuple[nn.Module, nn.Module]) -> None:
    fused, plain = models
    x = torch.randn(2, *pair.network.input)
    with torch.no_grad(), audited() as launches:
        found, expected = fused.eval()(x), plain.eval()(x)
    assert len(launches) == len(KERNELS[pair.name])
    for launch in launches:
        launch.exact(*(name for name in ("y", "sums", "gate") if written(launch, name)))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def written(launch: Launch, name: str) -> bool:
    return name in launch and bool(launch[name].writes.any())


@pytest.mark.parametrize(
    ("pair", "kind"),
    [
        ("small_mbconv", torch.float32),
        ("small_mbconv", torch.float16),
        ("small_bottleneck", torch.float16),
    ],
    indirect=["pair"],
)
def test_bytes_are_those_of_the_model(
    pair: Pair, models: tuple[nn.Module, nn.Module], kind: torch.dtype
) -> None:
    """What a kernel touches, each byte counted once, is what the model prices it at."""
    model = models[0].eval().to(kind)
    with torch.no_grad(), audited() as launches:
        model(torch.randn(2, *pair.network.input).to(kind))
    modelled = [price.bytes(2, kind.itemsize) for price in prices(pair)]
    assert [launch.bytes() for launch in launches] == modelled


def prices(pair: Pair) -> list[Price]:
    program = passes.run(pair.network)
    matches = [match for fusion in program.taken for match in fusion.places]
    matches.sort(key=lambda match: program.order[match.nodes[0].id])
    return [price for match in matches for price in match.prices]


def test_training(pair: Pair, models: tuple[nn.Module, nn.Module]) -> None:
    x = torch.randn(1, *pair.network.input)
    gradients = []
    for model in models:
        given = x.clone().requires_grad_()
        model.train()(given).square().mean().backward()
        gradients.append([given.grad, *(weight.grad for weight in model.parameters())])
    for found, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("pair", ["small_bottleneck"], indirect=True)
def test_tuning_with_frozen_norms(pair: Pair, models: tuple[nn.Module, nn.Module]) -> None:
    """In evaluation mode the gradients go through scale and shift, and through both in one."""
    x = torch.randn(1, *pair.network.input)
    gradients = []
    for model in models:
        given = x.clone().requires_grad_()
        model.eval()(given).square().mean().backward()
        gradients.append([given.grad, *(weight.grad for weight in model.parameters())])
    for found, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)


BLOCKS = [
    ("efficientnet:b0", "stage5", 1, (80, 14, 14)),
    ("efficientnet:b0", "stage7", 0, (112, 14, 14)),
    ("mobilenet_v2", "stage3", 1, (32, 28, 28)),
    ("mobilenet_v2", "stage7", 0, (160, 7, 7)),
]


@pytest.mark.parametrize(("name", "stage", "number", "shape"), BLOCKS)
def test_blocks_of_their_real_sizes(
    name: str,
    stage: str,
    number: int,
    shape: tuple[int, int, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = catalogue.find(name)
    pair = networks.pair(catalogue.network(target.path, target.variant), tmp_path)
    monkeypatch.setattr(pair.kernels, "on_gpu", lambda x: True)
    fused, plain = (getattr(model.eval(), stage)[number] for model in pair.models())
    x = torch.randn(1, *shape)
    with torch.no_grad(), audited() as launches:
        found, expected = fused(x), plain(x)
    assert launches
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
