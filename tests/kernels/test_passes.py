"""What the fusion pass finds, takes and leaves, and that the code does what it says."""

import ast

import pytest

from archc import catalogue, passes
from archc.analyses import analyze
from archc.analyses.price import Price, eager, time
from archc.backends import torch, triton
from archc.devices import devices
from archc.network import Network
from archc.passes import patterns
from archc.passes.program import Program


def network(name: str) -> Network:
    target = catalogue.find(name)
    return catalogue.network(target.path, target.variant)


def found(name: str) -> dict[tuple[str, tuple[str, ...]], tuple[int, bool]]:
    program = passes.run(network(name))
    return {(f.block, f.kernels): (len(f.places), f.taken) for f in program.fusions}


def test_efficientnet() -> None:
    assert found("efficientnet:b0") == {
        ("mbconv", ("depthwise", "squeeze_excite", "pointwise")): (16, True),
        ("mbconv", ("pointwise",)): (15, True),
        ("network", ("pointwise",)): (1, True),
    }


def test_mobilenets() -> None:
    assert found("mobilenet_v1") == {
        ("conv_bn_relu", ("depthwise",)): (13, True),
        ("conv_bn_relu", ("pointwise",)): (13, True),
    }
    assert found("mobilenet_v2")[("bottleneck", ("depthwise",))] == (17, True)


def test_what_does_not_pay_is_left() -> None:
    """Xception has nothing between its depthwise and its 1x1 convolutions: nothing to gain."""
    assert found("xception")[("separable", ("depthwise",))] == (34, False)


def test_nothing_to_do() -> None:
    program = passes.run(network("googlenet"))
    assert not [f for f in program.taken if "depthwise" in f.kernels]


NETWORKS = ["efficientnet:b0", "mobilenet_v1", "mobilenet_v2", "xception", "resnet:resnet50"]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_fusion_that_is_taken_is_in_the_code(name: str) -> None:
    """By name: each convolution of a fusion is an argument of a call of the kernels file."""
    net = network(name)
    program = passes.run(net)
    code = ast.parse(torch.emit(net, analyze(net), program))
    given = {
        ast.unparse(argument).removeprefix("self.")
        for node in ast.walk(code)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("conv_norm_act")
        for argument in node.args
    }
    for fusion in program.taken:
        for kernel, names in zip(fusion.kernels, fusion.steps, strict=True):
            ops = zip(names, fusion.places[0].nodes, strict=False)
            conv = next(name for name in names if "multiply" not in name)
            assert kernel == "squeeze_excite" or conv in given, (fusion.block, conv, list(ops))


def test_the_kernels_file_says_what_its_kernels_replace() -> None:
    text = triton.emit(passes.run(network("efficientnet:b0")))
    assert text is not None
    for pattern in (patterns.depthwise, patterns.pointwise):
        assert pattern.__doc__ is not None
        chain = pattern.__doc__.split("\n")[0].rstrip(".")
        assert chain[1:] in text
    assert triton.emit(Program(network("efficientnet:b0"))) is None


def test_explanations_say_that_they_are_a_model() -> None:
    text = passes.explain(passes.run(network("efficientnet:b0")))
    assert "model, not measured" in text.splitlines()[0]
    assert "take in `mbconv`, 16 places: 1690.6 MB -> 616.2 MB, 176 -> 48 launches" in text


def test_prices() -> None:
    program = passes.run(network("mobilenet_v1"))
    node = program.nodes["conv1.conv"]
    assert eager(node) == Price(3 * 224**2 + 32 * 112**2, 864, 10838016, 6 * 32 * 112**2, 1)
    device = devices()["h100"]
    one = time(eager(node), device, 1, 2)
    assert one.bound == "launch"
    assert one.seconds == device.launch
    assert time(eager(node), device, 128, 2).bound == "memory"
