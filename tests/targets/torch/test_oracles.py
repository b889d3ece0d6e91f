"""Whole networks against torchvision: weights by name and shape, operations, settings, outputs."""

from __future__ import annotations

import functools
import math
import warnings
from typing import Any

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from archc.network import Network, Node
from archc.network.elaborator import elaborate
from archc.spec import Spec
from archc.spec.parser import parse
from archc.syntax.load import load
from archc.targets.torch.runtime.instantiate import instantiate
from archc.targets.torch.runtime.weights import rename
from tests.paths import SPECS

FAMILIES = ("googlenet", "resnet", "efficientnet")


@functools.cache
def spec(name: str) -> Spec:
    return parse(load(str(SPECS / f"{name}.yaml")))


PAIRS = [
    (family, variant, model)
    for family in FAMILIES
    for variant, model in spec(family).header.weights["torchvision"].models.items()
]
EQUAL = {
    "googlenet": "torchvision",
    "resnet": "resnet18 resnet50 resnet152",
    "efficientnet": "b0 b3",
}


@functools.cache
def network(family: str, variant: str, **settings: Any) -> Network:
    return elaborate(spec(family), None if variant == "default" else variant, settings)


def theirs(model: str, **options: Any) -> nn.Module:
    if model == "googlenet":
        options |= {"init_weights": False, "transform_input": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scipy, for an initialisation that is not made
        made: nn.Module = torchvision.models.get_model(model, weights=None, **options)
    return made


@functools.cache
def meta(model: str) -> nn.Module:
    with torch.device("meta"):
        return theirs(model)


def weights(node: Node) -> dict[str, tuple[int, ...]]:
    """The state_dict entries of an op."""
    shapes = node.operation.input_shapes
    every = node.op.weights(*shapes) | node.op.buffers(*shapes)
    return {f"{node.id}.{name}": tuple(shape) for name, shape in every.items()}


def count(network: Network, *, training: bool = True) -> tuple[int, int]:
    """Params and MACs."""
    nodes = [n for n in network.nodes() if training or not n.training_only]
    params = sum(
        math.prod(s) for n in nodes for s in n.op.weights(*n.operation.input_shapes).values()
    )
    return params, sum(node.op.macs(*node.operation.input_shapes) for node in nodes)


@pytest.mark.parametrize(("family", "variant", "model"), PAIRS)
def test_weights_are_torchvisions_by_name_and_shape(family: str, variant: str, model: str) -> None:
    ours = [item for node in network(family, variant).nodes() for item in weights(node).items()]
    states = meta(model).state_dict()
    names = renamed(model, family, variant)
    assert dict(ours) == {names[name]: tuple(tensor.shape) for name, tensor in states.items()}
    assert len(ours) == len(states) == len(set(names.values()))


@pytest.mark.parametrize(("family", "variant", "model"), PAIRS)
def test_params_and_macs_are_torchvisions(family: str, variant: str, model: str) -> None:
    ours = network(family, variant)
    their_params = sum(parameter.numel() for parameter in meta(model).parameters())
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        meta(model).eval()(torch.empty(1, *ours.input, device="meta"))
    assert count(ours)[0] == their_params
    assert 2 * count(ours, training=False)[1] == counter.get_total_flops()


@pytest.mark.parametrize(("family", "variant", "model"), PAIRS)
def test_settings_are_torchvisions(family: str, variant: str, model: str) -> None:
    """What changes no shape: a norm's eps and momentum, what is dropped while training."""
    their = dict(meta(model).named_modules())
    names = {
        ours.rpartition(".")[0]: theirs.rpartition(".")[0]
        for theirs, ours in renamed(model, family, variant).items()
    }
    nodes: list[Any] = list(network(family, variant).nodes())
    for node in nodes:
        if node.op.name == "batch_norm":
            norm = their[names[node.id]]
            assert (node.op.eps, node.op.momentum) == (norm.eps, norm.momentum), node.id
    drops = [n.op.p for n in nodes if n.op.name == "dropout"]
    assert sorted(drops) == sorted(m.p for m in their.values() if isinstance(m, nn.Dropout))
    paths = [n.op.p for n in nodes if n.op.name == "drop_path"]
    used = [m for m in their.values() if getattr(m, "use_res_connect", False)]
    assert paths == pytest.approx([m.stochastic_depth.p for m in used], abs=1e-12)


def randomise(model: nn.Module) -> nn.Module:
    """Weights that keep the activations at about 1, and statistics that are not their defaults."""
    for part in model.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.2)  # type: ignore[union-attr]
            part.running_var.uniform_(0.5, 1.5)  # type: ignore[union-attr]
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.normal_(part.bias, 0, 0.2)
            part.num_batches_tracked.zero_()  # type: ignore[union-attr]
        elif isinstance(part, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(part.weight)
            if part.bias is not None:
                nn.init.normal_(part.bias, 0, 0.2)
    return model


def renamed(model: str, family: str, variant: str) -> dict[str, str]:
    """Our name for each of their entries."""
    ours = [name for node in network(family, variant).nodes() for name, _ in weights(node).items()]
    return rename(meta(model).state_dict(), spec(family).header.weights["torchvision"], ours)


def moved(their: nn.Module, family: str, variant: str, model: str) -> dict[str, Tensor]:
    """Their weights by our names."""
    names = renamed(model, family, variant)
    return {names[name]: tensor for name, tensor in their.state_dict().items()}


@pytest.mark.parametrize(
    ("family", "variant", "model"), [p for p in PAIRS if p[1] in EQUAL[p[0]].split()]
)
@torch.no_grad()
def test_generated_module_gives_torchvisions_outputs(family: str, variant: str, model: str) -> None:
    torch.manual_seed(0)
    with torch.device("meta"):  # weights are drawn once, in `randomise`
        their, ours = theirs(model), instantiate(network(family, variant))
    their = randomise(their.to_empty(device="cpu")).eval()
    ours.eval().load_state_dict(moved(their, family, variant, model), assign=True)
    x = torch.randn(2, 3, 97, 97)  # odd, so that padding shows; small, so that this is quick
    assert differ(ours(x), their(x)) < 1e-5
    if family == "googlenet":
        for part in [*ours.modules(), *their.modules()]:
            if isinstance(part, nn.Dropout):
                part.p = 0.0
        (main, aux1, aux2), expected = ours.train()(x), their.train()(x)
        assert differ(main, expected.logits) < 1e-5
        # torchvision names them from the end.
        assert differ(aux1, expected.aux_logits1) < 1e-5
        assert differ(aux2, expected.aux_logits2) < 1e-5


def differ(ours: Tensor, their: Tensor) -> float:
    """The largest difference, relative to the largest value."""
    return float((ours - their).abs().max() / their.abs().max())


# Counted by hand from the papers' tables; systems.md says how.
PAPERS = {
    ("googlenet", "default", False): (6_998_552, 1_582_671_872),
    ("googlenet", "default", True): (13_378_280, None),
    ("googlenet", "torchvision", False): (6_624_904, 1_498_376_192),
    ("googlenet", "fashion_mnist", False): (5_978_042, None),
    ("resnet", "resnet18_v1", None): (11_515_688, 1_794_805_760),
    ("resnet", "resnet34_v1", None): (21_623_848, 3_644_493_824),
    ("resnet", "resnet50_v1", None): (25_557_032, 3_857_973_248),
    ("resnet", "resnet101_v1", None): (44_549_160, 7_570_194_432),
    ("resnet", "resnet152_v1", None): (60_192_808, 11_282_415_616),
}


@pytest.mark.parametrize(("family", "variant", "aux"), PAPERS)
def test_papers_own_networks(family: str, variant: str, aux: bool | None) -> None:
    ours = network(family, variant, **({} if aux is None else {"aux": aux}))
    params, macs = PAPERS[family, variant, aux]
    assert count(ours)[0] == params
    assert macs in (None, count(ours)[1])
    assert {output.port.shape for output in ours.outputs} == {(ours.params["num_classes"],)}


def test_fashion_mnist_has_keras_statistics() -> None:
    nodes = network("googlenet", "fashion_mnist").nodes()
    buffers = [n.op.buffers(*n.operation.input_shapes) for n in nodes if n.op.name == "batch_norm"]
    assert sum(s[0] for each in buffers for s in each.values() if s) == 512


def test_compound_coefficient() -> None:
    """The paper's own rule, beside the released models' triples."""
    one = network("efficientnet", "default", phi=1)
    assert (one.params["depth_mult"], one.params["width_mult"]) == pytest.approx((1.2, 1.1))
    assert one.input == (3, 258, 258)
