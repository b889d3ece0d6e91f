"""Bodies that one elaboration of a spec takes from another, and what must not grow with nesting."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from archc.network import Network
from archc.network.elaborator import elaborate
from archc.spec import Spec
from archc.spec.kinds import shown
from archc.spec.parser import parse
from archc.syntax.load import load
from tests.paths import SPECS

SHADOWED = """
archc: 1
name: shadowed
params: {width: 4, extra: 1, kind: relu}
functions:
  wider(c): c + extra
input: [3, 8, 8]
blocks:
  inner:
    args: {by: width, width: 8}     # by means the param, as the argument comes after it
    body:
      - conv: {out_channels: by + width, kernel_size: 1}
      - kind
  outer:
    args: {width: int}
    body:
      - inner
      - conv: {out_channels: wider(width), kernel_size: 1}
network:
  - outer: {width: 16}
    repeat: 2
"""


def written(name: str) -> Spec:
    if name == "shadowed":
        return parse(load("shadowed.yaml", SHADOWED))
    return parse(load(SPECS / f"{name}.yaml"))


def described(network: Network) -> list[tuple[Any, ...]]:
    return [
        (node.id, node.op, node.operation.input_shapes, node.inputs) for node in network.nodes()
    ]


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        (
            "efficientnet",
            [{}, {"width_mult": 1.4}, {"lite": True}, {"tf_padding": True}, {"drop_rate": 0.5}, {}],
        ),
        ("resnet", [{}, {"num_classes": 10}, {"input": [3, 64, 64]}, {}]),
        ("shadowed", [{}, {"width": 5}, {"extra": 2}, {"kind": "tanh"}, {"width": 5}, {}]),
    ],
)
def test_a_network_is_the_same_after_others_of_its_spec(
    name: str, settings: list[dict[str, Any]]
) -> None:
    """What one took from the others is what it would have made: every param that matters counts."""
    shared = written(name)
    seen = []
    for each in settings:
        found = described(elaborate(shared, settings=each))
        assert found == described(elaborate(written(name), settings=each))
        seen.append(found)
    assert all(one != other for one, other in itertools.pairwise(seen))


def test_equal_blocks_are_shared_between_networks() -> None:
    spec = written("resnet")
    one, other = (elaborate(spec, settings={"num_classes": n}) for n in (10, 20))
    shared = {*one.bodies()} & {*other.bodies()}
    assert {*one.bodies()} - shared == {one.root}


def test_long_chains_of_params_and_shared_lists() -> None:
    """Neither needs deep recursion, nor time that doubles with each level."""
    chain = "".join(f"  p{n}: p{n + 1}\n" for n in range(1500))
    doubled = "".join(f"  l{n + 1}: [l{n}, l{n}]\n" for n in range(60))
    text = f"""archc: 1
name: deep
input: [3, 8, 8]
params:
{chain}  p1500: 4
  l0: [1, 2]
{doubled}blocks:
  unit:
    args: {{sizes: list}}
    body: [{{conv: {{out_channels: p0 + len(sizes), kernel_size: 1}}}}]
network: [{{unit: {{sizes: l60}}}}]
"""
    network = elaborate(parse(load("deep.yaml", text)))
    assert network.root.outputs[0].shape == (6, 8, 8)
    assert shown(network.params["l60"]).startswith("[[[[")
