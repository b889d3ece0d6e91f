"""Small networks that have everything the kernels do, and any network as imported modules."""

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import torch
from torch import nn

from archc import compiler as build
from archc.network import Network
from archc.network.elaborator import elaborate
from archc.spec.parser import parse
from archc.syntax.load import load
from archc.targets.torch import class_name
from tests.values import some

MBCONV = """
archc: 1
name: small_mbconv
params: {kernel_size: 3, stride: 1, squeezed: 3, drop: 0.2}
input: [8, 15, 13]
blocks:
  conv_bn:
    args: {out_channels: int, kernel_size: int, stride: 1, groups: 1}
    body:
      - conv: {out_channels: out_channels, kernel_size: kernel_size, stride: stride,
               padding: kernel_size // 2, groups: groups, bias: false}
      - batch_norm
  squeeze_excite:
    args: {squeezed: int, channels: input.channels}
    body:
      - multiply:
          features: []
          gate:
            - adaptive_avg_pool: {output_size: 1}
            - conv: {out_channels: squeezed, kernel_size: 1}
            - silu
            - conv: {out_channels: channels, kernel_size: 1}
            - sigmoid
  mbconv:
    inputs: [x]
    args: {hidden: int, stride: int}
    body:
      - conv_bn: {out_channels: hidden, kernel_size: 1}
        id: expand
      - silu
      - conv_bn: {out_channels: hidden, kernel_size: kernel_size, stride: stride, groups: hidden}
        id: depthwise
      - silu
      - squeeze_excite: {squeezed: squeezed}
      - conv_bn: {out_channels: x.channels, kernel_size: 1}
        id: project
      - add: [x, project]
        when: stride == 1
network:
  - mbconv: {hidden: 20, stride: 1}
  - mbconv: {hidden: 36, stride: 2}
"""
BOTTLENECK = """
archc: 1
name: small_bottleneck
input: [8, 28, 29]
blocks:
  conv_bn:
    args: {out_channels: int, kernel_size: int, stride: 1, groups: 1}
    body:
      - conv: {out_channels: out_channels, kernel_size: kernel_size, stride: stride,
               padding: kernel_size // 2, groups: groups, bias: false}
      - batch_norm
  bottleneck:
    inputs: [x]
    args: {hidden: int, out_channels: int, stride: int}
    body:
      - conv_bn: {out_channels: hidden, kernel_size: 1}
        id: expand
      - relu6
      - conv_bn: {out_channels: hidden, kernel_size: 3, stride: stride, groups: hidden}
        id: depthwise
      - relu6
      - conv_bn: {out_channels: out_channels, kernel_size: 1}
        id: project
      - add: [x, project]
        when: stride == 1
network:
  - bottleneck: {hidden: 40, out_channels: 8, stride: 1}
  - bottleneck: {hidden: 24, out_channels: 12, stride: 2}
"""
EXCITED = """
archc: 1
name: small_excited
input: [8, 56, 55]
blocks:
  squeeze_excite:
    inputs: [x]
    args: {squeezed: int}
    body:
      - multiply:
          features: []
          gate:
            - adaptive_avg_pool: {output_size: 1}
            - conv: {out_channels: squeezed, kernel_size: 1}
            - relu
            - conv: {out_channels: x.channels, kernel_size: 1}
            - sigmoid
  separable:
    args: {out_channels: int, kernel_size: int, stride: int}
    body:
      - conv: {out_channels: input.channels, kernel_size: kernel_size, stride: stride,
               padding: same, groups: input.channels, bias: false}
        id: depthwise
      - conv: {out_channels: out_channels, kernel_size: 1, bias: false}
        id: pointwise
      - batch_norm
network:
  - conv: {out_channels: 12, kernel_size: 3, padding: 1}
  - relu
  - squeeze_excite: {squeezed: 3}
  - separable: {out_channels: 9, kernel_size: 5, stride: 2}   # zeros of two widths
  - separable: {out_channels: 10, kernel_size: 3, stride: 2}
"""
SPECS = {"small_mbconv": MBCONV, "small_bottleneck": BOTTLENECK, "small_excited": EXCITED}
KERNELS = {
    "small_mbconv": 2 * ["pointwise", "depthwise", "squeeze_excite", "pointwise"],
    "small_bottleneck": [
        "pointwise",
        "depthwise_pointwise",
        "pointwise",
        "depthwise",
        "pointwise",
    ],
    "small_excited": ["squeeze_excite", "depthwise_pointwise", "depthwise", "pointwise"],
}
"""The kernels of an inference, in order; the last maps are too small for both in one."""


def network(name: str) -> Network:
    return elaborate(parse(load(f"{name}.yaml", SPECS[name])))


class Pair(NamedTuple):
    """A model that calls kernels, the same one without, and the kernels' module."""

    network: Network
    fused: ModuleType
    plain: ModuleType
    kernels: ModuleType

    @property
    def name(self) -> str:
        return self.network.spec.name

    @property
    def model(self) -> str:
        """The class of the whole network."""
        return class_name(self.network)

    def models(self) -> tuple[nn.Module, nn.Module]:
        """The model with kernels and the one without, with the same weights and statistics."""
        torch.manual_seed(0)
        fused, plain = (getattr(module, self.model)() for module in (self.fused, self.plain))
        for norm in fused.modules():
            if isinstance(norm, nn.BatchNorm2d):
                nn.init.normal_(some(norm.running_mean), std=0.1)
                nn.init.uniform_(some(norm.running_var), 0.5, 2)
                nn.init.normal_(norm.weight)
                nn.init.normal_(norm.bias)
        plain.load_state_dict(fused.state_dict())
        return fused, plain


def pair(network: Network, folder: Path) -> Pair:
    """Compile a network with kernels and without, and import all of it."""
    name = network.stem
    for file, data in build.make(network, ["torch"], kernels=True).files.items():
        (folder / file).write_bytes(data)
    for file, data in build.make(network, ["torch"]).files.items():
        (folder / file.replace(".py", "_plain.py")).write_bytes(data)
    sys.path.insert(0, str(folder))
    try:
        return Pair(
            network, *(importlib.import_module(name + end) for end in ("", "_plain", "_kernels"))
        )
    finally:
        sys.path.remove(str(folder))
