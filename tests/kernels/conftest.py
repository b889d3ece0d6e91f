"""Networks compiled with kernels, and without, as imported modules."""

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple

import pytest
import torch

from archc import build
from archc.elaborate import elaborate
from archc.load import load
from archc.parse import parse

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
input: [8, 12, 11]
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
SPECS = {"small_mbconv": MBCONV, "small_bottleneck": BOTTLENECK}
CLASSES = {"small_mbconv": "SmallMBConv", "small_bottleneck": "SmallBottleneck"}


class Pair(NamedTuple):
    """A model that calls kernels, the same one without, and the kernels' module."""

    fused: ModuleType
    plain: ModuleType
    kernels: ModuleType
    name: str
    shape: tuple[int, ...]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Threads of small convolutions wait for each other far longer than they work."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session", params=list(SPECS))
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    name = request.param
    network = elaborate(parse(load(f"{name}.yaml", SPECS[name])))
    folder = tmp_path_factory.mktemp(name)
    for file, data in build.make(network, ["torch"], kernels=True).files.items():
        (folder / file).write_bytes(data)
    for file, data in build.make(network, ["torch"]).files.items():
        (folder / file.replace(".py", "_plain.py")).write_bytes(data)
    sys.path.insert(0, str(folder))
    modules = [importlib.import_module(name + end) for end in ("", "_plain", "_kernels")]
    yield Pair(*modules, CLASSES[name], network.input)
    sys.path.remove(str(folder))
