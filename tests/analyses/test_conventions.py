"""Multiply-adds as other tools count them, held against those tools on the generated modules."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from torch import Tensor

from archc import catalogue, cli
from archc.analyses import Convention, analyze
from archc.analyses.conventions import TOOLS, VERSIONS
from archc.network import Network
from archc.network.elaborator import elaborate
from archc.spec.parser import parse
from archc.syntax.load import load
from archc.targets.torch.runtime.instantiate import instantiate

torch.set_num_threads(1)  # the maps are small: threads would only wait for each other

FAMILIES = {  # on small inputs: tools run the network
    "densenet:densenet121": 64,
    "efficientnet": 64,
    "googlenet": 128,
    "highway": None,
    "inception_v4": 96,
    "lenet5": None,
    "mnist_mlp": None,
    "mobilenet_v1": 64,
    "mobilenet_v2": 64,
    "network_in_network": None,
    "preact_resnet": 64,
    "resnet:resnet50": 64,
    "resnet_cifar:resnet_cifar20": None,
    "se_resnet": 64,
    "vgg:a_lrn": 32,
    "vgg:a_bn": 32,
    "resnext": 64,
    "xception": 96,
}
ODD = """
archc: 1
name: odd
input: [4, 12, 15]
network:
  - conv: {out_channels: 8, kernel_size: 4, stride: 2, padding: same}
  - group_norm: {num_groups: 2}
  - elu
  - conv: {out_channels: 8, kernel_size: 3, padding: same, groups: 2}
  - layer_norm: {bias: false}
  - gelu
  - upsample: {scale_factor: 2}
  - leaky_relu
  - upsample: {scale_factor: 3, mode: bilinear}
  - local_response_norm: {size: 3}
  - hardswish
  - max_pool: {kernel_size: 3, stride: 2, padding: same}
  - avg_pool: {kernel_size: 2, stride: 3, padding: same, count_include_pad: true}
  - batch_norm: {affine: false}
  - tanh
  - group_norm: {num_groups: 4, affine: false}
  - partial_conv: {connections: [[0, 1], [2], [0, 3, 5]], kernel_size: 2}
  - scaled_tanh
  - subsample: {kernel_size: 1}
  - softmax
  - adaptive_avg_pool: {output_size: [3, 2]}
  - add:
      a: [{adaptive_max_pool: {output_size: 1}}, hardsigmoid, {scale: {factor: 2.0}}]
      b: [{adaptive_avg_pool: {output_size: 1}}, silu, relu6, one_minus]
  - flatten
  - layer_norm
  - linear: {out_features: 6, bias: false}
  - batch_norm
  - dropout
  - softmax
  - rbf: {out_features: 2}
"""
ODD_POOLS = """
archc: 1
name: pools
input: [3, 9, 9]
network:
  - avg_pool: {kernel_size: 4, stride: 1, padding: same}
  - conv: {out_channels: 3, kernel_size: 1}
  - sigmoid
  - zero_pad: {padding: 1}
  - channel_shuffle: {groups: 3}
  - pad_channels: {out_channels: 5}
  - avg_pool: {kernel_size: 2}
  - max_pool: {kernel_size: 2}
"""
ODD_ACTIVATIONS = """
archc: 1
name: activations
input: [4, 6, 7]
network:
  - prelu: {num_parameters: 4}
  - celu
  - selu
  - mish
  - softplus: {beta: 2.0}
  - logsigmoid
  - hardtanh: {min_val: -2.0}
  - softsign
  - pad: {padding: 2, mode: reflect}
  - pad: {padding: [0, 1, 2, 3], mode: replicate}
  - pad: {padding: 1}
  - crop: {size: [8, 9]}
  - pixel_shuffle: {upscale_factor: 2}
  - pixel_unshuffle: {downscale_factor: 2}
  - upsample: {size: [9, 20], mode: bicubic}
  - upsample: {size: 12, mode: bilinear, align_corners: true}
  - upsample: {size: 5}
  - prelu
  - log_softmax
"""


def fvcore(module: Any, x: Any) -> Any:
    from fvcore.nn import FlopCountAnalysis

    counted = FlopCountAnalysis(module, x)
    return counted.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()


def torchinfo(module: Any, x: Any) -> Any:
    from torchinfo import summary

    return summary(module, input_data=x, verbose=0, device="cpu").total_mult_adds


def ptflops(module: Any, x: Any) -> Any:
    from ptflops import get_model_complexity_info

    shape = tuple(x.shape[1:])
    given = {"print_per_layer_stat": False, "as_strings": False}
    return get_model_complexity_info(module, shape, **given)[0]


def thop(module: Any, x: Any) -> Any:
    from thop import profile

    return profile(module, inputs=(x,), verbose=False)[0]


RUN: dict[Convention, Callable[[Any, Any], Any]] = {
    "fvcore": fvcore,
    "torchinfo": torchinfo,
    "ptflops": ptflops,
    "thop": thop,
}


def count(tool: Convention, module: Any, x: Tensor) -> float:
    """What a tool says; what it prints and warns of is its own affair."""
    pytest.importorskip(tool)
    before = logging.root.manager.disable
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            return float(RUN[tool](module, x))
        finally:
            logging.disable(before)


def built(net: Network) -> tuple[Any, ...]:
    """The module on the CPU, all zeros: drawing first weights takes longer than counting."""
    with torch.device("meta"):
        made = instantiate(net)
    made = made.to_empty(device="cpu").eval()
    for parameter in made.parameters():
        parameter.data.zero_()
    return made, torch.zeros(1, *net.input)


def agree(net: Network) -> None:
    made, x = built(net)
    said = {tool: count(tool, made, x) for tool in RUN}
    assert said == {tool: analyze(net).counted(tool).terms.total for tool in RUN}


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_counted_as_the_tools_count_it(name: str) -> None:
    target, size = catalogue.find(name), FAMILIES[name]
    given = {"input": [3, size, size]} if size else {}
    agree(catalogue.network(target.path, target.variant, given))


@pytest.mark.parametrize("text", [ODD, ODD_POOLS, ODD_ACTIVATIONS])
def test_ops_that_no_family_has_are_counted_as_the_tools_count_them(text: str) -> None:
    agree(elaborate(parse(load("net.yaml", text))))


def test_the_versions_are_those_that_were_held_against() -> None:
    for tool in RUN:
        pytest.importorskip(tool)
        assert version(tool).replace("-", ".post") == VERSIONS[tool]


@pytest.mark.parametrize("tool", TOOLS)
def test_every_difference_is_explained(tool: Convention) -> None:
    for text in (ODD, ODD_POOLS, ODD_ACTIVATIONS):
        found = analyze(elaborate(parse(load("net.yaml", text)))).counted(tool)
        assert all(found.differences.values())  # an unexplained one is a KeyError
        assert found.paper.total == analyze(found.network).inference.macs


def test_asides_for_training_are_not_counted() -> None:
    net = catalogue.network(catalogue.find("googlenet").path, None)
    assert analyze(net).counted("paper").terms.total == analyze(net).inference.macs
    assert analyze(net).inference.macs < analyze(net).totals.macs


@pytest.mark.parametrize(("lang", "tool"), [("en", "ptflops"), ("fr", "fvcore")])
def test_the_command_reconciles(lang: str, tool: Convention) -> None:
    def run(convention: Any) -> Any:
        arguments = ["analyze", "lenet5", "--lang", lang, "--format", "markdown"]
        result = CliRunner().invoke(cli.app, [*arguments, "--convention", convention])
        assert result.exit_code == 0, result.output
        return re.sub(r"(?<=\d)[,\N{NARROW NO-BREAK SPACE}](?=\d)", "", result.stdout)

    found = analyze(catalogue.network(catalogue.find("lenet5").path, None))
    assert str(found.counted(tool).terms.total) in run(tool)
    whole = run("paper")
    assert all(str(found.counted(each).terms.total) in whole for each in TOOLS)


def test_a_generated_convolution_that_pads_itself_is_not_seen() -> None:
    """NASNet's one cell class serves maps of several sizes, so that its convolutions are a class
    of their own, which thop and ptflops pass over; the analysis takes each as PyTorch would."""
    net = catalogue.network(catalogue.find("nasnet").path, None)
    with torch.device("meta"):
        made, x = instantiate(net).eval(), torch.zeros(1, *net.input)
    assert count("thop", made, x) < analyze(net).counted("thop").terms.total
