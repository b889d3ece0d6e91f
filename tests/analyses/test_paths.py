"""Paths by length: against walks through the unrolled graph, and against binomials."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import comb
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from archc import catalogue
from archc.analyses import Analysis, CannotDelete, UnknownId, analyze
from archc.network import INPUT, Network
from archc.network.elaborator import elaborate
from archc.spec.parser import parse
from archc.syntax.load import load
from tests.commands import invoke

SPECS = sorted(catalogue.known())
RESIDUAL = """
archc: 1
name: residual
input: [4, 8, 8]
network:
  - conv: {out_channels: 4, kernel_size: 3, padding: 1}
    id: stem
  - add:
      deep:
        - conv: {out_channels: 4, kernel_size: 3, padding: 1}
        - relu
        - conv: {out_channels: 4, kernel_size: 3, padding: 1}
      wide: [{conv: {out_channels: 4, kernel_size: 1}, id: short}]
      same: []
    id: sum
  - concat:
      a: [{conv: {out_channels: 2, kernel_size: 1}}]
      b: [{conv: {out_channels: 2, kernel_size: 1}}]
    id: cat
"""


@cache
def network(name: str) -> Network:
    target = catalogue.find(name)
    return catalogue.network(target.path, target.variant)


def small(text: Any = RESIDUAL) -> Analysis:
    return analyze(elaborate(parse(load("net.yaml", text))))


def walks(
    net: Network, deleted: Sequence[str] = (), branch: tuple[str, int] | None = None
) -> dict[int, int]:
    """Paths by length, node by node through the unrolled graph; `deleted` layers end them.

    Args:
        net: the network.
        deleted: beginnings of the ids of the nodes whose layers let nobody through.
        branch: a join's id, and the number of its input that is left out.
    """
    made, last = {INPUT: Counter({0: 1})}, INPUT
    for node in net.nodes():
        if node.training_only:
            continue
        sources = list(node.inputs)
        if branch and node.id == branch[0]:
            del sources[branch[1]]
        arriving = sum((made[source] for source in sources), Counter())
        gone = any(node.id == each or node.id.startswith(f"{each}.") for each in deleted)
        if node.op.weighted:
            arriving = Counter() if gone else Counter({k + 1: n for k, n in arriving.items()})
        made[node.id], last = arriving, node.id
    return dict(made[last])


@pytest.mark.parametrize("name", SPECS)
def test_paths_are_the_walks_through_the_unrolled_graph(name: str) -> None:
    found = analyze(network(name)).paths
    assert dict(found.counts) == walks(network(name))
    assert found.longest == analyze(network(name)).inference.depth


@pytest.mark.parametrize(
    ("name", "blocks"), [("resnet_cifar", 54), ("resnet_cifar:resnet_cifar1202", 600)]
)
def test_identity_shortcuts_make_a_binomial(name: str, blocks: int) -> None:
    """Veit et al. (2016): 2^n paths; n blocks of two layers between conv1 and fc."""
    found = analyze(network(name)).paths
    assert found.total == 2**blocks
    assert found.counts == {2 + 2 * k: comb(blocks, k) for k in range(blocks + 1)}
    assert found.mean == 2 + blocks
    assert found.deviation == pytest.approx(blocks**0.5)


def test_a_chain_has_one_path_and_googlenet_four_a_module() -> None:
    assert analyze(network("vgg")).paths.counts == {16: 1}
    assert analyze(network("googlenet")).paths.total == 4**9


def test_paths_by_hand() -> None:
    """stem, then 2, 1 or 0 layers, then 1 twice."""
    found = small().paths
    assert found.counts == {4: 2, 3: 2, 2: 2}
    assert [found.shortest, found.mean, found.longest] == [2, 3, 4]
    assert found.share(4) * 3 == 1


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("resnet_cifar", "conv3_x.4"),
        ("resnet_cifar", "conv2_x.0"),
        ("resnet_cifar", "conv3_x.0.residual.2"),
        ("resnet", "conv4_x.3"),
        ("resnet", "conv4_x.3.residual.2.conv"),
        ("resnet", "relu"),
        ("densenet", "relu0"),
        ("wide_resnet", "conv3_x.2"),
        ("mobilenet_v2", "stage3.1"),
        ("vgg", "conv5.1"),
        ("efficientnet", "stage5.1"),
    ],
)
def test_without_a_part_no_path_goes_through_its_layers(name: str, part: str) -> None:
    net = network(name)
    found = analyze(net).without(part)
    assert dict(found.counts) == {k: n for k, n in walks(net, [part]).items() if n}


def test_deleting_a_residual_block_leaves_half_of_the_paths() -> None:
    found = analyze(network("resnet_cifar"))
    for part in ("conv3_x.4", "conv3_x.4.residual", "conv3_x.4.shortcut"):
        assert found.without(part).total * 2 == found.paths.total
    assert found.without("conv3_x.4.shortcut").counts != found.without("conv3_x.4").counts


def test_a_branch_is_left_out_of_its_sum() -> None:
    found = small()
    for number, name in enumerate(("deep", "wide", "same")):
        left = found.without(name)
        assert dict(left.counts) == walks(found.network, branch=("sum", number))
        assert left.total == 4


@pytest.mark.parametrize(
    ("name", "part", "why"),
    [
        ("resnet", "conv3_x.0", "256 x 56 x 56 would go on in the place of 512 x 28 x 28"),
        ("resnet", "conv3_x", "256 x 56 x 56 would go on in the place of 512 x 28 x 28"),
        ("densenet", "dense1.3", "160 x 56 x 56 would go on in the place of 192 x 56 x 56"),
        ("densenet", "dense1.3.new", "concat would give fewer channels"),
        ("googlenet", "inception_3a.branch2", "concat would give fewer channels"),
        ("resnet", "conv3_x.1.add", "several flows join in it"),
        ("vgg", "fc8", "4096 would go on in the place of 1000"),
    ],
)
def test_what_the_network_needs_can_not_be_deleted(name: str, part: str, why: str) -> None:
    with pytest.raises(CannotDelete, match=f"without `{part}`: {why}"):
        analyze(network(name)).without(part)


def test_a_part_that_is_not_there_is_unknown() -> None:
    for part in ("conv9_x", "conv3_x.9", "conv3_x.1.residul", "conv3_x.0.residual.7"):
        with pytest.raises(UnknownId):
            analyze(network("resnet")).without(part)


# The command


def run(*arguments: str) -> Result:
    return invoke("paths", *arguments)


def test_a_deletion_that_does_not_fit_is_told() -> None:
    result = run("resnet", "--without", "conv3_x.0")
    assert result.exit_code == 1
    assert "error[bad-shape]: the network does not fit together" in result.stderr
    result = run("resnet", "--without", "conv3_x.99")
    assert result.exit_code == 1
    assert "error[unknown-id]: `resnet` has no part `conv3_x.99`" in result.stderr


def test_bars_are_drawn_the_same_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    made = []
    for name in ("a.svg", "b.svg"):
        given = ("--without", "conv4_x.3", "--lang", "fr", "--plot", str(tmp_path / name))
        assert run("resnet", *given).exit_code == 0
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert "part des chemins" in made[0].decode()
    assert b"sans conv4_x.3" in made[0]


def test_bars_need_a_picture_and_matplotlib(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run("resnet", "--plot", "bars.txt").exit_code == 2
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "archc.lectures.studies.bars", raising=False)
    result = run("resnet", "--plot", str(tmp_path / "bars.svg"))
    assert result.exit_code == 1
    assert "archc[plot]" in result.stderr
    assert not list(tmp_path.iterdir())
