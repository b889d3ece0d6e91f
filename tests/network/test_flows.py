"""Generated code of blocks with several inputs and outputs, and of what they are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from archc.analyses import analyze
from archc.network import Network
from archc.network.elaborator import elaborate
from archc.spec.parser import parse
from archc.syntax.load import load
from archc.targets.torch import emit
from archc.targets.torch.runtime.instantiate import instantiate
from archc.targets.torch.runtime.verify import verify

CELLS = """\
archc: 1
name: tiny
input: [3, 8, 8]
blocks:
  cell:
    inputs: [cur, prev]
    outputs: [y, cur]
    args: {out_channels: int, stride: 1, fit: true}
    body:
      - conv: {out_channels: out_channels, kernel_size: 1, stride: stride}
        from: prev
        id: p
        when: fit
      - add:
          left: [{conv: {out_channels: out_channels, kernel_size: 1, stride: stride}, from: cur}]
          right: [{conv: {out_channels: out_channels, kernel_size: 1}, from: p}]
        id: y
  chain:
    inputs: [cur, prev]
    outputs: [last, cur]
    body:
      - {cell: {out_channels: 4}, repeat: 2, id: last}
"""
NETWORK = """\
network:
  - {conv: {out_channels: 2, kernel_size: 1}, id: stem}
  - {cell: {out_channels: 4, fit: false}, from: [stem, stem], id: first}
  - {cell: {out_channels: 5, stride: 1}, repeat: 3, id: cells}
  - {chain: {}, id: chain}
  - relu
"""


def network(text: str, tmp_path: Path) -> Network:
    path = tmp_path / "tiny.yaml"
    path.write_text(text, "utf-8")
    return elaborate(parse(load(path)))


def code(made: Network) -> str:
    return emit(made, analyze(made))


def test_a_chain_of_cells_is_a_loop(tmp_path: Path) -> None:
    made = network(CELLS + NETWORK, tmp_path)
    text = code(made)
    assert "self.cells = nn.ModuleList(\n" in text
    assert "for cell in self.cells:\n            x, prev = cell(x, prev)" in text
    assert "prev_channels=2 if i == 0 else 4 if i == 1 else 5" in text
    assert "self.left = nn.Conv2d(" in text  # a branch that says where it starts is one module
    assert "self.left(cur) + self.right(" in text
    assert text.count("class Cell") == 1
    assert "out_channels if fit else prev_channels" in text  # what `right` sees where p is skipped
    assert not verify(made).mismatches


def test_the_loop_hands_both_maps_on(tmp_path: Path) -> None:
    module: Any = instantiate(network(CELLS + NETWORK, tmp_path)).eval()
    image = torch.randn(2, 3, 8, 8)

    def cell(made: Any, cur: Tensor, prev: Tensor) -> tuple[Tensor, Tensor]:
        return made.left(cur) + made.right(made.p(prev)), cur

    with torch.no_grad():
        stem = module.stem(image)
        cur, prev = cell(module.first, stem, stem)
        for made in [*module.cells, *module.chain.last]:
            cur, prev = cell(made, cur, prev)
        torch.testing.assert_close(module(image), torch.relu(cur))


def test_a_block_that_is_only_the_repeat(tmp_path: Path) -> None:
    own = CELLS.replace("    outputs: [last, cur]\n", "").replace(
        "repeat: 2, id: last", "repeat: 2"
    )
    made = network(own + NETWORK, tmp_path)
    text = code(made)
    assert "class Chain(nn.ModuleList):" in text
    assert "for module in self:\n            cur, prev = module(cur, prev)" in text
    assert not verify(made).mismatches
    assert instantiate(made)(torch.randn(2, 3, 8, 8)).shape == (2, 4, 8, 8)


def test_one_of_two_steps(tmp_path: Path) -> None:
    """Steps that exclude each other: the second takes what the first gives, or hands on."""
    text = """\
archc: 1
name: tiny
input: [3, 8, 8]
blocks:
  fit:
    args: {halved: bool}
    body:
      - {conv: {out_channels: 4, kernel_size: 2, stride: 2}, when: halved, id: halve}
      - {conv: {out_channels: 4, kernel_size: 1}, when: not halved, id: keep}
network:
  - {fit: {halved: true}, id: one}
  - {fit: {halved: false}, id: two}
"""
    made = network(text, tmp_path)
    assert code(made).count("class Fit") == 1
    assert not verify(made).mismatches
    module: Any = instantiate(made)
    image = torch.randn(2, 3, 8, 8)
    torch.testing.assert_close(module.two(module.one.halve(image)), module(image))
    torch.testing.assert_close(module(image), module.two.keep(module.one.halve(image)))


def test_padding_that_fits_each_size_by_itself(tmp_path: Path) -> None:
    """Odd and even maps need other padding: one class for both works it out from the input."""
    text = """\
archc: 1
name: tiny
input: [3, 9, 9]
blocks:
  halve:
    body:
      - max_pool: {kernel_size: 3, stride: 2, padding: same}
      - avg_pool: {kernel_size: 3, stride: 2, padding: same}
network:
  - {halve: {}, id: odd}
  - {zero_pad: {padding: [0, 1, 0, 1]}}
  - {halve: {}, id: even}
"""
    made = network(text, tmp_path)
    assert code(made).count("class Halve") == 1
    assert not verify(made).mismatches


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("size", [7, 8])
def test_average_of_padded_windows(tmp_path: Path, size: int, counted: bool) -> None:
    flag = str(counted).lower()
    text = f"""\
archc: 1
name: tiny
input: [1, {size}, {size}]
network:
  - avg_pool: {{kernel_size: 3, stride: 2, padding: same, count_include_pad: {flag}}}
"""
    output = instantiate(network(text, tmp_path))(torch.ones(1, 1, size, size))
    assert output.shape == (1, 1, 4, 4)
    assert (output.min().item() == 1) is not counted


def test_a_head_that_needs_an_earlier_map_is_no_method_of_its_own(tmp_path: Path) -> None:
    """It would be given the last map alone."""
    steps = (
        "archc: 1\nname: scales\ninput: [3, 8, 8]\nnetwork:\n"
        "  - {conv: {out_channels: 4, kernel_size: 3}, id: fine}\n"
        "  - {conv: {out_channels: 4, kernel_size: 3}, id: coarse}\n"
        "  - {adaptive_avg_pool: {output_size: 1}, id: last}\n"
        "  - {adaptive_avg_pool: {output_size: 1}, from: %s, id: first}\n"
        "  - {add: [first, last], id: both}\n  - flatten\n"
    )
    apart = code(network(steps % "coarse", tmp_path))
    assert "def forward_head(self, coarse: Tensor)" in apart
    made = network(steps % "fine", tmp_path)
    assert "forward_head" not in code(made)
    module: Any = instantiate(made)
    x = torch.rand(2, 3, 8, 8)
    fine = module.fine(x)
    expected = fine.mean((2, 3)) + module.coarse(fine).mean((2, 3))
    assert torch.allclose(module(x), expected, atol=1e-6)


def test_an_aside_of_several_steps_is_for_training_only(tmp_path: Path) -> None:
    made = network(
        """\
archc: 1
name: tiny
input: [3, 8, 8]
network:
  - {conv: {out_channels: 4, kernel_size: 3}, id: stem}
  - {aside: [flatten, {linear: {out_features: 2}}], id: aux, training_only: true}
  - {relu: , id: auxiliary}
""",
        tmp_path,
    )
    left_out = [node.id for node in made.nodes() if node.training_only]
    assert left_out == ["aux.0", "aux.1"]
    assert not verify(made).mismatches
