"""What analyses keep is kept on the network: it is freed with it, and shared by all its uses."""

from __future__ import annotations

import gc
import weakref

import pytest

from archc import catalogue
from archc.analyses import analyze, differences
from archc.analyses.conventions import TOOLS
from archc.analyses.receptive_field_trace import sights, steps
from archc.network import Body, Network
from archc.passes import run
from archc.targets import torch, triton


def everything(network: Network) -> None:
    """Ask every analysis, and every target that needs no torch."""
    analysis = analyze(network)
    analysis.to_dict()
    analysis.rows(None)
    analysis.channels(None)
    analysis.memory(8, "float16").rows(None)
    analysis.roofline("h100").to_dict()
    for tool in TOOLS:
        analysis.counted(tool).to_dict()
    steps(sights(network), analysis.nodes[-1].id)
    assert differences.diff(network, network).changes
    program = run(network)
    triton.emit(program)
    torch.emit(network, analysis, program)


@pytest.mark.parametrize("name", ["googlenet", "resnet:resnet18", "mobilenet_v2"])
def test_a_network_is_freed_with_all_that_was_computed_about_it(name: str) -> None:
    network = catalogue.asked(name)
    everything(network)
    left: list[weakref.ref[Network] | weakref.ref[Body]] = [weakref.ref(network)]
    left += [weakref.ref(body) for body in network.bodies()]
    del network
    gc.collect()
    assert not [each for each in left if each() is not None]


def test_equal_rooflines_share_their_figures() -> None:
    network = catalogue.asked("resnet:resnet18")
    first = analyze(network).roofline("h100").total
    known = {body: len(body.facts) for body in network.bodies()}
    assert analyze(network).roofline("h100").total == first
    assert {body: len(body.facts) for body in network.bodies()} == known
