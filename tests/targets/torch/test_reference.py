"""The families of `specs/` against the libraries that have them: names, sizes, costs, outputs.

`tests/test_oracles.py` looks closer at the first three families; here is every other one.
"""

from __future__ import annotations

import functools
import math
import os
import warnings
from typing import Any
from unittest.mock import patch

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.regnet import BlockParams

from archc.analyses import analyze
from archc.network import Network
from archc.network.elaborator import elaborate
from archc.spec import Spec
from archc.spec.parser import parse
from archc.syntax.load import load
from archc.targets.torch.runtime.checkpoints import keras_entries
from archc.targets.torch.runtime.instantiate import instantiate
from archc.targets.torch.runtime.weights import match
from tests.paths import SPECS

CLOSER = ("googlenet", "resnet", "efficientnet")
"""Families that `tests/test_oracles.py` holds against torchvision."""
LIBRARIES = ("torchvision", "timm")
FROM_INIT_PARAMS = BlockParams.from_init_params


@functools.cache
def spec(family: str) -> Spec:
    return parse(load(SPECS / f"{family}.yaml"))


@functools.cache
def network(family: str, variant: str, library: str) -> Network:
    settings = spec(family).header.weights[library].set
    return elaborate(spec(family), None if variant == "default" else variant, settings)


def pairs() -> list[tuple[str, str, str, str]]:
    """Each model of a library once, with the variant that is it."""
    found = {}
    for path in sorted(SPECS.glob("*.yaml")):
        for library in ("timm",) if path.stem in CLOSER else LIBRARIES:
            weights = spec(path.stem).header.weights.get(library)
            for variant, model in (weights.models if weights else {}).items():
                found[library, model] = (path.stem, variant, library, model)
    return sorted(found.values())


PAIRS = pairs()
EQUAL = {
    ("alexnet", "torchvision", "alexnet"),
    ("vgg", "torchvision", "vgg16_bn"),
    ("inception_v3", "torchvision", "inception_v3"),
    ("inception_v4", "timm", "inception_v4"),
    ("inception_resnet", "timm", "inception_resnet_v2"),
    ("preact_resnet", "timm", "resnetv2_50"),
    ("resnext", "torchvision", "resnext50_32x4d"),
    ("wide_resnet", "torchvision", "wide_resnet50_2"),
    ("densenet", "torchvision", "densenet121"),
    ("resnet", "timm", "resnet18"),
    ("efficientnet", "timm", "efficientnet_lite0"),
    ("xception", "timm", "legacy_xception"),
    ("se_resnet", "timm", "legacy_seresnet50"),
    ("se_resnext", "timm", "legacy_seresnext50_32x4d"),
    ("mobilenet_v1", "timm", "mobilenetv1_100"),
    ("mobilenet_v2", "torchvision", "mobilenet_v2"),
    ("nasnet", "timm", "nasnetalarge"),
    ("squeezenet", "torchvision", "squeezenet1_0"),
    ("mnasnet", "torchvision", "mnasnet1_0"),
    ("mobilenet_v3", "torchvision", "mobilenet_v3_large"),
    ("efficientnet_v2", "torchvision", "efficientnet_v2_s"),
    ("regnet", "torchvision", "regnet_y_400mf"),
    ("regnet", "timm", "regnetx_004"),
}
"""One model of each family, whose outputs are compared too."""
WHOLE = ("alexnet", "inception_v4", "vgg")
"""Families that are compared at their own input size; the others on a small one."""


def build(library: str, model: str) -> nn.Module:
    """The library's model, without weights."""
    options: dict[str, Any] = {}
    if model == "inception_v3" and library == "torchvision":
        options = {"init_weights": False, "transform_input": False, "aux_logits": True}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a library says of itself
        if library == "timm":
            import timm

            made: nn.Module = timm.create_model(model, pretrained=False, **options)
        else:
            import torchvision

            with patch.object(BlockParams, "from_init_params", regnet_widths):
                made = torchvision.models.get_model(model, weights=None, **options)
    return made


def regnet_widths(**options: Any) -> BlockParams:
    """The widths of torchvision's RegNets, which are values of tensors: not on the meta device."""
    with torch.device("cpu"):
        return FROM_INIT_PARAMS(**options)


@functools.cache
def meta(library: str, model: str) -> nn.Module:
    with torch.device("meta"):
        return build(library, model)


@pytest.mark.parametrize(("family", "variant", "library", "model"), PAIRS)
def test_names_sizes_and_costs(family: str, variant: str, library: str, model: str) -> None:
    ours, theirs = network(family, variant, library), meta(library, model)
    states: dict[str, torch.Tensor] = {}
    for node in ours.nodes():
        shapes = node.operation.input_shapes
        for name, shape in (node.op.weights(*shapes) | node.op.buffers(*shapes)).items():
            states[f"{node.id}.{name}"] = torch.empty(shape, device="meta")
    _, report = match(theirs.state_dict(), states, spec(family).header.weights[library], model)
    assert not report.faults
    assert not report.fresh
    params = sum(parameter.numel() for parameter in theirs.parameters())
    assert analyze(ours).totals.params == params
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        theirs.eval()(torch.empty(1, *ours.input, device="meta"))
    assert 2 * analyze(ours).inference.macs == counter.get_total_flops()


@pytest.mark.parametrize(
    ("family", "variant", "library", "model"),
    [pair for pair in PAIRS if (pair[0], *pair[2:]) in EQUAL],
)
@torch.no_grad()
def test_outputs_are_equal(family: str, variant: str, library: str, model: str) -> None:
    torch.manual_seed(0)
    ours_of = network(family, variant, library)
    with torch.device("meta"):
        theirs, ours = build(library, model), instantiate(ours_of)
    theirs = randomise(theirs.to_empty(device="cpu")).eval()
    ours = ours.to_empty(device="cpu").eval()
    weights = spec(family).header.weights[library]
    moved, report = match(theirs.state_dict(), ours.state_dict(), weights, model)
    assert not report.faults
    ours.load_state_dict(moved)
    size = ours_of.input[1] if family in WHOLE else 97
    image = torch.randn(1, 3, size, size)
    assert differ(ours(image), theirs(image)) < 1e-5
    if (model, library) == ("inception_v3", "torchvision"):
        for part in [*ours.modules(), *theirs.modules()]:
            if isinstance(part, nn.Dropout):
                part.p = 0.0
        image = torch.randn(2, 3, 299, 299)
        (main, aux), expected = ours.train()(image), theirs.train()(image)
        assert differ(main, expected.logits) < 1e-5
        assert differ(aux, expected.aux_logits) < 1e-5


def test_every_family_is_compared() -> None:
    compared = {family for family, *_ in EQUAL}
    assert {family for family, *_ in PAIRS} == compared
    assert {(pair[0], *pair[2:]) for pair in PAIRS} >= EQUAL


KERAS = [
    ("densenet", "densenet121", "DenseNet121"),
    ("efficientnet", "b0", "EfficientNetB0"),
    ("mobilenet_v1", "default", "MobileNet"),
    ("mobilenet_v2", "default", "MobileNetV2"),
    ("nasnet", "mobile", "NASNetMobile"),
    ("xception", "default", "Xception"),
]


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # of Keras itself
@pytest.mark.parametrize(("family", "variant", "model"), KERAS)
@torch.no_grad()
def test_keras_weights_give_keras_outputs(family: str, variant: str, model: str) -> None:
    os.environ["KERAS_BACKEND"] = "torch"
    keras = pytest.importorskip("keras")
    numpy = pytest.importorskip("numpy")
    theirs = keras_model(model)
    draw = numpy.random.default_rng(0)
    for variable in theirs.weights:
        if variable.path.startswith("normalization"):
            continue
        if variable.path.endswith(("moving_variance", "gamma")):
            variable.assign(draw.uniform(0.5, 1.5, variable.shape))
        elif variable.path.endswith(("moving_mean", "beta")):
            variable.assign(draw.normal(0, 0.2, variable.shape))
    weights = spec(family).header.weights["keras"]
    settings = {**weights.set, "num_classes": 7}
    ours = instantiate(elaborate(spec(family), None if variant == "default" else variant, settings))
    entries = {name: torch.from_numpy(a.copy()) for name, a in keras_entries(theirs).items()}
    moved, report = match(entries, ours.eval().state_dict(), weights, model)
    assert not report.faults
    assert not report.fresh
    ours.load_state_dict(moved)
    image = torch.randn(2, 3, 96, 96)
    scale = 255 if family == "efficientnet" else 1  # which divides by it itself
    expected = theirs(scale * image.permute(0, 2, 3, 1).numpy(), training=False)
    expected = torch.as_tensor(keras.ops.convert_to_numpy(expected))
    assert differ(ours(image), expected) < 1e-5


def test_every_keras_map_is_compared() -> None:
    mapped = {
        path.stem for path in SPECS.glob("*.yaml") if "keras" in spec(path.stem).header.weights
    }
    assert mapped == {family for family, *_ in KERAS}


def keras_model(name: str) -> Any:
    """Keras's model for 96 x 96 and 7 classes, that ends before the softmax."""
    import keras

    if name == "NASNetMobile":  # which Keras offers with other backends only
        from keras.src.applications.nasnet import NASNet

        return NASNet(
            (96, 96, 3), 1056, 4, 32, False, 2, weights=None, classes=7, classifier_activation=None
        )
    options = {"weights": None, "classes": 7, "classifier_activation": None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(keras.applications, name)(input_shape=(96, 96, 3), **options)


def randomise(model: nn.Module) -> nn.Module:
    """Weights that keep the activations at about 1, and statistics that are not their defaults."""
    for part in model.modules():
        if isinstance(part, nn.BatchNorm2d):
            assert part.running_mean is not None
            assert part.running_var is not None
            assert part.num_batches_tracked is not None
            part.running_mean.normal_(0, 0.2)
            part.running_var.uniform_(0.5, 1.5)
            part.num_batches_tracked.zero_()
            if part.affine:
                nn.init.uniform_(part.weight, 0.5, 1.5)
                nn.init.normal_(part.bias, 0, 0.2)
        elif isinstance(part, nn.Conv2d | nn.Linear):
            fan = math.prod(part.weight.shape[1:])
            nn.init.normal_(part.weight, 0, math.sqrt(2 / fan))
            if part.bias is not None:
                nn.init.normal_(part.bias, 0, 0.2)
    return model


def differ(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """The largest difference, relative to the largest value."""
    return float((ours - theirs).abs().max() / theirs.abs().max())
