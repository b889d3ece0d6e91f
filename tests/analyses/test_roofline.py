"""The roofline: by hand on one operation, added up over the network, against the kernels' model."""

from __future__ import annotations

import pytest

from archc import catalogue
from archc.analyses import Analysis, analyze
from archc.analyses.devices import devices
from archc.analyses.kernel_prices import eager, time
from archc.network import Network
from archc.network.elaborator import elaborate
from archc.spec.parser import parse
from archc.syntax.load import load


def network(name: str) -> Network:
    target = catalogue.find(name)
    return catalogue.network(target.path, target.variant)


def small(body: str, shape: str) -> Analysis:
    text = f"archc: 1\nname: small\ninput: {shape}\nnetwork:\n{body}"
    return analyze(elaborate(parse(load("net.yaml", text))))


def test_a_convolution_by_hand() -> None:
    """C = N = 256, 14 x 14, 3 x 3, batch 32, float16: 14.8 GFLOP over 7.6 MB."""
    found = small(
        "  - conv: {out_channels: 256, kernel_size: 3, padding: 1, bias: false}", "[256, 14, 14]"
    ).roofline("a100", 32, "float16")
    cells, weights = 32 * 256 * 14 * 14, 256 * 256 * 9
    flops, moved = 2 * cells * 256 * 9, 2 * (2 * cells + weights)
    assert (found.total.flops, found.total.bytes) == (flops, moved)
    assert found.total.intensity == flops / moved
    assert found.total.intensity > found.ridge == 312e12 / 2.039e12
    assert found.total.bound == "compute"
    assert found.total.seconds == flops / 312e12


def test_a_relu_waits_for_memory_and_a_tiny_one_for_its_launch() -> None:
    large = small("  - relu", "[64, 112, 112]").roofline("h100", 32)
    assert large.total.bound == "memory"
    assert large.total.seconds == 2 * 4 * 32 * 64 * 112 * 112 / 3.35e12
    tiny = small("  - relu", "[8, 2, 2]").roofline("h100")
    assert tiny.total.bound == "launch"
    assert tiny.total.seconds == devices()["h100"].launch


def test_float32_has_another_ridge() -> None:
    found = analyze(network("resnet"))
    single, half = (found.roofline("a100", 8, dtype) for dtype in ("float32", "bfloat16"))
    assert single.ridge < half.ridge
    assert single.total.bytes == 2 * half.total.bytes
    assert single.total.flops == half.total.flops
    assert single.total.seconds > half.total.seconds


@pytest.mark.parametrize("name", ["googlenet", "resnet:resnet50", "efficientnet", "nasnet"])
def test_shared_bodies_take_what_the_unrolled_nodes_do(name: str) -> None:
    """The time is that of the kernels' model; the FLOPs are those of the analysis."""
    net, device = network(name), devices()["l4"]
    analysis = analyze(net)
    found = analysis.roofline("l4", 4, "float16")
    nodes = [node for node in net.nodes() if not node.training_only]
    prices = [eager(node) for node in nodes]
    seconds = sum(time(price, device, 4, 2).seconds for price in prices if price.launches)
    assert found.total.seconds == pytest.approx(seconds)
    assert found.total.bytes == sum(price.bytes(4, 2) for price in prices)
    idle = sum(
        node.flops for node in analysis.nodes if node.op in ("flatten", "dropout", "identity")
    )
    assert idle == 0
    assert found.total.flops == 4 * analysis.inference.flops
    waits = found.total.memory + found.total.compute + found.total.launch
    assert waits == pytest.approx(found.total.seconds)
    for depth in (1, 2):
        parts = [part for part in analysis.rows(depth) if part.level == 1]
        inside = [found.part(part) for part in parts if not part.training_only]
        assert sum(load.bytes for load in inside) == found.total.bytes
        assert sum(load.seconds for load in inside) == pytest.approx(seconds)


def test_every_device_says_where_its_figures_are_from() -> None:
    for name, device in devices().items():
        told = analyze(network("mnist_mlp")).roofline(name).to_dict()
        assert told["model"] == "not measured"
        assert told["source"] == device.source
