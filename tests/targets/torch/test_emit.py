"""Generated code: where it runs, how long it is, what becomes of conditions, repeats and params."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from archc.analyses import analyze
from archc.diagnostics import SpecError
from archc.network import Network
from archc.network.elaborator import elaborate
from archc.spec.parser import parse
from archc.syntax.load import load
from archc.targets.torch import emit
from archc.targets.torch.runtime.instantiate import instantiate
from archc.targets.torch.runtime.verify import verify
from tests.paths import SPECS

FAMILIES = [
    ("googlenet", "torchvision"),
    ("googlenet", "fashion_mnist"),
    ("resnet", "resnet18"),
    ("resnet", "resnet34_v1"),
    ("efficientnet", "b0"),
]


@functools.cache
def network(name: str, variant: str | None, **settings: Any) -> Network:
    return elaborate(parse(load(SPECS / f"{name}.yaml")), variant, settings)


@functools.cache
def code(name: str, variant: str | None, **settings: Any) -> str:
    made = network(name, variant, **settings)
    return emit(made, analyze(made))


def small(name: str, variant: str) -> tuple[nn.Module, Tensor]:
    """A module in eval mode and an input that keeps the tests quick."""
    made = network(name, variant)
    torch.manual_seed(0)
    channels, height, _ = made.input
    size = 28 if height < 64 else 64
    return instantiate(made).eval(), torch.randn(2, channels, size, size)


@pytest.mark.parametrize(("name", "variant"), FAMILIES)
def test_runs_compiled_exported_and_in_channels_last(name: str, variant: str) -> None:
    module, image = small(name, variant)
    with torch.no_grad():
        expected = module(image)
        compiled = torch.compile(module, backend="eager", fullgraph=True)
        torch.testing.assert_close(compiled(image), expected)
        exported = torch.export.export(module, (image,)).module()
        torch.testing.assert_close(exported(image), expected)
        last = image.to(memory_format=torch.channels_last)
        again = module.to(memory_format=torch.channels_last)(last)
    torch.testing.assert_close(again, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("name", "variant"), FAMILIES)
def test_agrees_with_the_analysis_node_by_node(name: str, variant: str) -> None:
    assert not verify(network(name, variant)).mismatches


@pytest.mark.parametrize(("name", "variant"), FAMILIES)
def test_gradients_reach_every_weight(name: str, variant: str) -> None:
    module, image = small(name, variant)
    outputs = module.train()(image)
    sum(o.sum() for o in (outputs if isinstance(outputs, tuple) else (outputs,))).backward()
    assert [n for n, p in module.named_parameters() if p.grad is None] == []


def test_biases_begin_as_the_paper_says() -> None:
    gates = instantiate(network("highway", "plain_10"))
    for name, parameter in gates.named_parameters():
        if name.endswith("bias"):
            assert (parameter == (-2.0 if name.endswith("gate.bias") else 0.0)).all(), name
    ones = {name for name, parameter in alexnet_biases() if (parameter == 1.0).all()}
    zeros = {name for name, parameter in alexnet_biases() if (parameter == 0.0).all()}
    assert ones == {*(f"conv{i}.conv.bias" for i in (2, 4, 5)), "fc6.bias", "fc7.bias"}
    assert zeros == {"conv1.conv.bias", "conv3.conv.bias", "fc8.bias"}


@functools.cache
def alexnet_biases() -> list[tuple[str, Tensor]]:
    parameters = instantiate(network("alexnet", None)).named_parameters()
    return [(name, parameter) for name, parameter in parameters if name.endswith("bias")]


def test_length_follows_the_spec_not_the_depth() -> None:
    fifty = code("resnet", "resnet50").splitlines()
    deep = code("resnet", "resnet152").splitlines()
    assert len(deep) == len(fifty)
    assert sum(a != b for a, b in zip(fifty, deep, strict=True)) <= 12


def test_params_that_only_pass_through_stay_arguments() -> None:
    module = instantiate(network("googlenet", None))
    given = inspect.signature(type(module)).parameters
    assert {name: p.default for name, p in given.items()} == {"num_classes": 1000, "drop_rate": 0.4}
    other = type(module)(num_classes=7)
    names = [name for name, value in other.state_dict().items() if value.shape[0] == 7]
    heads = ("fc", "aux1.fc2", "aux2.fc2")
    assert names == [f"{head}.{part}" for head in heads for part in ("weight", "bias")]


def test_auxiliary_outputs_are_a_tuple_with_names_in_training_only() -> None:
    module, image = small("googlenet", "torchvision")
    assert isinstance(module(image), Tensor)
    outputs = module.train()(image)
    assert outputs._fields == ("logits", "aux1", "aux2")


SMALL = """
archc: 1
name: small
input: [4, 16, 16]
params: {num_classes: 5, rate: 0.1}
blocks:
"""


def made_of(blocks: str, steps: str) -> tuple[str, Network]:
    """The code of a small spec, which torch confirms node by node."""
    found = elaborate(parse(load("small.yaml", f"{SMALL}{blocks}network:\n{steps}")))
    checked = verify(found)
    assert not checked.mismatches, checked.mismatches
    return emit(found, analyze(found)), found


BRANCH = """
  unit:
    args: {width: int, stride: 1, wide: false}
    body:
      - add:
          main:
            - conv: {out_channels: width, kernel_size: 3, padding: 1, stride: stride}
            - batch_norm
          shortcut:
            - conv: {out_channels: width, kernel_size: 1, stride: stride}
              when: stride > 1 or input.channels != width
      - relu:
        when: wide
"""


def test_a_condition_that_differs_between_uses_is_an_if() -> None:
    text, _ = made_of(BRANCH, "  - unit: {width: 4, wide: true}\n  - unit: {width: 8, stride: 2}\n")
    assert text.count("class Unit") == 1
    assert "if stride > 1 or in_channels != width:" in text
    assert "if wide:" in text


def test_a_condition_that_all_uses_share_is_folded_away() -> None:
    text, _ = made_of(BRANCH, "  - unit: {width: 4}\n  - unit: {width: 4}\n")
    assert "if " not in text.split("class Unit")[1].split("class Small")[0]
    assert "self.shortcut" not in text
    assert "stride" not in text.split("class Small")[0].split("class Unit")[1]


def test_channels_that_grow_are_written_as_growth() -> None:
    text, _ = made_of(
        """
  layer:
    args: {growth: int}
    body:
      - concat:
          features: []
          new:
            - conv: {out_channels: growth, kernel_size: 3, padding: 1}
  dense:
    args: {layers: int, growth: int}
    body:
      - layer: {growth: growth}
        repeat: layers
""",
        "  - dense: {layers: 5, growth: 3}\n  - dense: {layers: 2, growth: 4}\n",
    )
    assert "in_channels + i * growth" in text


def test_uses_of_another_structure_become_another_class() -> None:
    text, _ = made_of(
        """
  head:
    args: {features: int}
    body:
      - flatten
      - linear: {out_features: features}
""",
        """  - concat:
      a:
        - head: {features: 3}
      b:
        - max_pool: {kernel_size: 2}
        - head: {features: 2}
""",
    )
    assert "class Head(" in text
    assert "class Head2(" in text


def test_a_block_with_two_flows_is_repeated_in_a_loop() -> None:
    text, _ = made_of(
        """
  cell:
    inputs: [cur, prev]
    outputs: [y, cur]
    args: {width: int}
    body:
      - conv: {out_channels: width, kernel_size: 1}
        from: cur
        id: a
      - conv: {out_channels: width, kernel_size: 1}
        from: prev
        id: b
      - add: [a, b]
        id: y
""",
        """  - conv: {out_channels: 6, kernel_size: 1}
    id: stem
  - cell: {width: 8}
    from: [stem, stem]
    repeat: 4
  - conv: {out_channels: 2, kernel_size: 1}
""",
    )
    assert "nn.ModuleList" in text
    assert "for " in text.split("def forward")[-1]


def test_a_repeated_sequence_has_no_name_for_a_class() -> None:
    steps = """  - sequence:
      - conv: {out_channels: 4, kernel_size: 1}
      - relu
    repeat: 2
"""
    text = SMALL.replace("blocks:\n", "network:\n") + steps
    found = elaborate(parse(load("small.yaml", text)))
    with pytest.raises(SpecError) as error:
        emit(found, analyze(found))
    (told,) = error.value.diagnostics
    assert told.rule == "no-backend"
    assert told.span is not None
    assert told.span.line == 7


def test_a_kept_value_is_not_overwritten() -> None:
    """What a later step reads stays in its own variable, past optional steps too."""
    text, found = made_of(
        """
  inverted:
    inputs: [x]
    args: {ratio: int, width: int, hidden: ratio * x.channels, skip: x.channels == width}
    body:
      - sequence:
          - conv: {out_channels: hidden, kernel_size: 1}
          - silu
        when: ratio != 1
      - conv: {out_channels: width, kernel_size: 1}
        id: project
      - add: [x, project]
        when: skip
""",
        "  - inverted: {ratio: 1, width: 4}\n  - inverted: {ratio: 6, width: 4}\n"
        "  - inverted: {ratio: 6, width: 9}\n",
    )
    torch.manual_seed(0)
    module = instantiate(found).eval()
    image = torch.randn(1, 4, 8, 8)
    second: Any = module.inverted_2
    wide = nn.functional.silu(second.conv(image))
    torch.testing.assert_close(second(image), image + second.project(wide))
    assert "hidden = ratio * in_channels" in text


PYRAMID = """
  path:
    args: {width: int, dilation: int}
    body:
      - conv: {out_channels: width, kernel_size: 3, padding: dilation, dilation: dilation}
      - batch_norm
  pyramid:
    args: {width: int, count: int}
    body:
      - batch_norm
      - JOIN:
          own:
            - conv: {out_channels: width, kernel_size: 1}
          paths:
            repeat: count
            steps:
              - relu
              - path: {width: width, dilation: i + 1}
"""


@pytest.mark.parametrize(
    ("join", "line"),
    [
        ("concat", "torch.cat([self.own(x), *(path(x) for path in self.paths)], dim=1)"),
        ("add", "self.own(x) + torch.stack([path(x) for path in self.paths]).sum(dim=0)"),
        ("multiply", "self.own(x) * torch.stack([path(x) for path in self.paths]).prod(dim=0)"),
    ],
)
def test_branches_side_by_side_are_a_module_list(join: str, line: str) -> None:
    steps = "  - pyramid: {width: 6, count: 3}\n  - pyramid: {width: 8, count: 3}\n"
    text, found = made_of(PYRAMID.replace("JOIN", join), steps)
    assert text.count("class ") == 3
    assert f"return {line}" in text
    assert "nn.Sequential(nn.ReLU(), Path(in_channels, width, dilation=i + 1))" in text
    assert "inplace" not in text  # a path would overwrite what the others read
    torch.manual_seed(0)
    first: Any = instantiate(found).eval().pyramid
    image = torch.randn(2, 4, 16, 16)
    start = first.batch_norm(image)
    ends = [first.own(start), *(path(start) for path in first.paths)]
    assert [path[1].conv.dilation[0] for path in first.paths] == [1, 2, 3]
    expected: dict[str, Callable[[], Tensor]] = {
        "concat": lambda: torch.cat(ends, dim=1),
        "add": lambda: functools.reduce(torch.add, ends),
        "multiply": lambda: functools.reduce(torch.mul, ends),
    }
    torch.testing.assert_close(first(image), expected[join]())


def test_one_kind_of_branch_several_times() -> None:
    steps = """  - concat:
      heads:
        repeat: 4
        steps:
          - conv: {out_channels: 2, kernel_size: 1}
"""
    found = elaborate(parse(load("small.yaml", SMALL.replace("blocks:", "network:") + steps)))
    assert found.outputs[0].port.shape == (8, 16, 16)
    assert analyze(found).at("heads.3").cost.params == 10
    text = emit(found, analyze(found))
    assert "self.heads = nn.ModuleList(nn.Conv2d(4, 2, 1) for _ in range(4))" in text
    assert "x = torch.cat([head(x) for head in self.heads], dim=1)  #  8 x 16 x 16" in text
    assert not verify(found).mismatches


def test_a_block_may_skip_all_of_its_steps() -> None:
    text, _ = made_of(
        """
  maybe:
    args: {width: int, on: false}
    body:
      - conv: {out_channels: width, kernel_size: 1}
        when: on
""",
        """  - maybe: {width: 4}
  - maybe: {width: 4}
    repeat: 2
""",
    )
    assert '"""Nothing at all."""' in text
