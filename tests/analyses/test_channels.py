"""Channels with their formulas: DenseNet's by the paper, all others by working them out."""

from __future__ import annotations

import ast
import math

import pytest

from archc import catalogue
from archc.analyses import analyze
from archc.analyses.channels import names
from archc.network import Network
from tests.values import some

SPECS = sorted(catalogue.known())


def network(name: str) -> Network:
    target = catalogue.find(name)
    return catalogue.network(target.path, target.variant)


@pytest.mark.parametrize(("variant", "k", "layers"), [
    ("densenet121", 32, (6, 12, 24, 16)), ("densenet201", 32, (6, 12, 48, 32)),
    ("densenet161", 48, (6, 12, 36, 24)),
])  # fmt: skip
def test_densenet_grows_as_the_paper_says(
    variant: str, k: int, layers: tuple[int, int, int, int]
) -> None:
    """Huang et al. (2016), section 3: k0 + k * l; transitions keep half."""
    found = {each.id: each for each in analyze(network(f"densenet:{variant}")).channels(2)}
    k0 = 2 * k
    assert found["conv0"].after == k0
    for block, count in enumerate(layers, 1):
        dense = found[f"dense{block}"]
        assert dense.growth == (k0, k, count)
        assert ast.unparse(some(dense.formula)) == "in_channels + layers * growth_rate"
        for i in range(count):
            layer = found[f"dense{block}.{i}"]
            assert (layer.before, layer.after) == ((k0 + k * i,), k0 + k * (i + 1))
        k0 = (k0 + k * count) // 2
        if block < 4:
            assert found[f"transition{block}"].after == k0


@pytest.mark.parametrize("name", SPECS)
def test_every_formula_comes_to_the_channels(name: str) -> None:
    net = network(name)
    analysis = analyze(net)
    functions = {"floor": math.floor, "ceil": math.ceil, "min": min, "max": max, "round": round}
    worked = 0
    for each in analysis.channels(2):
        if "-" not in each.id.rpartition(".")[2]:
            assert each.after == analysis.at(each.id).output_shape[0]
        if each.formula is None:
            continue
        scope = {name: each.values[name] for name in names(each.formula)}
        text = ast.unparse(each.formula)
        if not {ast.unparse(n.func) for n in ast.walk(each.formula) if isinstance(n, ast.Call)} - {
            *functions
        }:
            assert eval(text, functions, scope) == each.after, text
            worked += 1
    if name in ("densenet", "googlenet", "resnet", "inception_v4"):
        assert worked > 3


def test_a_concatenation_is_the_sum_of_its_branches() -> None:
    found = {each.id: each for each in analyze(network("googlenet")).channels(2)}
    joined, block = found["inception_3a.concat"], found["inception_3a"]
    assert ast.unparse(some(joined.formula)) == "64 + 128 + 32 + 32"
    assert names(block.formula) == ["n1x1", "n3x3", "n5x5", "pool_proj"]
    assert [block.values[name] for name in names(block.formula)] == [64, 128, 32, 32]
