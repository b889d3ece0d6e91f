"""Whole generated blocks (EfficientNet's, MobileNetV2's) with every kernel interpreted."""

import pytest
import torch
from audit import audited
from conftest import Pair
from torch import nn


@pytest.fixture
def models(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> tuple[nn.Module, nn.Module, list[int]]:
    """The model with kernels, where each of them runs, and the one without."""
    torch.manual_seed(0)
    fused, plain = (getattr(module, pair.name)() for module in (pair.fused, pair.plain))
    for norm in fused.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.normal_(norm.running_mean, std=0.1)
            nn.init.uniform_(norm.running_var, 0.5, 2)
    plain.load_state_dict(fused.state_dict())
    monkeypatch.setattr(pair.kernels, "on_gpu", lambda x: True)
    return fused, plain, list(pair.shape)


def test_inference(models: tuple[nn.Module, nn.Module, list[int]]) -> None:
    fused, plain, shape = models
    x = torch.randn(2, *shape)
    with torch.no_grad(), audited() as launches:
        found, expected = fused.eval()(x), plain.eval()(x)
    assert len(launches) in (8, 6)  # expand, depthwise, gate, project; or without the gate
    for launch in launches:
        launch.exact(*(name for name in ("y", "sums", "gate") if written(launch, name)))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def written(launch: dict[str, object], name: str) -> bool:
    buffer = launch.get(name)
    return buffer is not None and bool(buffer.writes.any())  # type: ignore[attr-defined]


def test_training(models: tuple[nn.Module, nn.Module, list[int]]) -> None:
    fused, plain, shape = models
    x = torch.randn(1, *shape)
    gradients = []
    for model in (fused, plain):
        given = x.clone().requires_grad_()
        model.train()(given).square().mean().backward()
        gradients.append([given.grad, *(weight.grad for weight in model.parameters())])
    for found, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-5)
