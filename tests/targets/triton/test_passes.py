"""What the fusion pass finds, takes and leaves, and that the code does what it says."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from archc import catalogue, passes
from archc.analyses import analyze
from archc.analyses.devices import devices
from archc.analyses.kernel_prices import Price, eager, time
from archc.analyses.kernel_prices import depthwise as is_depthwise
from archc.network import Network
from archc.network.elaborator import elaborate
from archc.passes import patterns
from archc.passes.program import Program
from archc.spec.parser import parse
from archc.syntax.load import load
from archc.targets import torch, triton
from tests import paths


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
    assert found("mobilenet_v1") == {("separable", ("depthwise_pointwise",)): (13, True)}
    assert found("mobilenet_v2") == {
        ("bottleneck", ("depthwise_pointwise",)): (17, True),
        ("bottleneck", ("pointwise",)): (16, True),
        ("network", ("pointwise",)): (1, True),
    }


@pytest.mark.parametrize(
    ("name", "together"), [("mobilenet_v1", 3), ("mobilenet_v2", 6), ("xception", 2)]
)
def test_one_kernel_where_the_result_is_thin_and_large(name: str, together: int) -> None:
    program = passes.run(network(name))
    (fusion,) = (f for f in program.taken if f.kernels == ("depthwise_pointwise",))
    sizes = [match.launches[0].nodes[-1].operation.output_shape for match in fusion.places]
    fits = [d <= 128 and height * width >= 784 for d, height, width in sizes]
    assert [len(match.prices) == 1 for match in fusion.places] == fits
    assert sum(fits) == together


def test_residuals_are_added_by_the_last_kernel() -> None:
    for name, tail, count in (
        ("mobilenet_v2", ("add",), 10),
        ("efficientnet:b0", ("stochastic_depth", "add"), 9),
    ):
        fusion = next(f for f in passes.run(network(name)).taken if f.tail)
        assert fusion.tail == tail
        with_tail = [match for match in fusion.places if match.tail]
        assert len(with_tail) == count
        adds = [node for node in passes.run(network(name)).nodes.values() if node.op.name == "add"]
        assert {match.tail[-1].id for match in with_tail} == {node.id for node in adds}


SQUEEZED = ["se_resnet", "se_resnext", "se_vgg", "se_bn_inception"]


@pytest.mark.parametrize("name", SQUEEZED)
def test_gates_anywhere_are_one_kernel(name: str) -> None:
    program = passes.run(network(name))
    gates = [node for node in program.nodes.values() if node.op.name == "multiply"]
    (fusion,) = (f for f in program.taken if f.kernels == ("squeeze_excite",))
    assert len(fusion.places) == len(gates) > 0


def test_gates_of_thousands_of_channels_are_left() -> None:
    """One program an image is too few for 1088 to 2080 channels: the model says so."""
    (fusion,) = (
        f
        for f in passes.run(network("se_inception_resnet")).fusions
        if f.kernels == ("squeeze_excite",)
    )
    assert not fusion.taken


@pytest.mark.parametrize("name", ["xception", "nasnet", "nasnet:mobile"])
def test_depthwise_convolutions_are_all_in_a_fusion(name: str) -> None:
    program = passes.run(network(name))
    matched = {node.id for f in program.fusions for match in f.places for node in match.nodes}
    wanted = [node.id for node in program.nodes.values() if is_depthwise(node)]
    assert wanted
    assert set(wanted) <= matched


def test_a_block_has_one_text_wherever_it_is_used() -> None:
    """The last two of Xception's have a ReLU behind them, which is the network's: left there."""
    (fusion,) = (f for f in passes.run(network("xception")).fusions if f.block == "separable")
    assert len(fusion.places) == 34


BARE = """
archc: 1
name: bare
input: [16, 14, 14]
network:
  - conv: {out_channels: 16, kernel_size: 3, padding: 1, groups: 16, bias: false}
  - conv: {out_channels: 32, kernel_size: 1, bias: false}
"""


def test_what_does_not_pay_is_left() -> None:
    """The map is too small for both in one kernel, and with nothing between two gain nothing."""
    program = passes.run(elaborate(parse(load("bare.yaml", BARE))))
    left = [(("depthwise_pointwise",), False), (("depthwise",), False)]
    assert [(f.kernels, f.taken) for f in program.fusions] == left
    assert "leave in `network`, 1 place" in passes.explain(program)
    larger = BARE.replace("[16, 14, 14]", "[16, 56, 56]")
    program = passes.run(elaborate(parse(load("bare.yaml", larger))))
    assert [(f.kernels, f.taken) for f in program.fusions] == [(("depthwise_pointwise",), True)]


def test_nothing_to_do() -> None:
    program = passes.run(network("alexnet"))
    assert not program.fusions
    assert "nothing here that a kernel replaces" in passes.explain(program)


NETWORKS = ["efficientnet:b0", "mobilenet_v1", "mobilenet_v2", "xception", "nasnet:mobile"]


@pytest.mark.parametrize("name", [*NETWORKS, *SQUEEZED, "resnet:resnet50", "googlenet"])
def test_every_fusion_that_is_taken_is_in_the_code(name: str) -> None:
    """Its modules are given to one call of the kernels file, with the residual if it adds one."""
    net = network(name)
    program = passes.run(net)
    code = ast.parse(torch.emit(net, analyze(net), program))
    calls = [ast.unparse(node) for node in ast.walk(code) if isinstance(node, ast.Call)]
    kernels = ("conv_norm_act", "separable", "squeeze_excite", "weighed")
    calls = [call for call in calls if call.startswith(kernels)]
    assert program.taken
    for fusion in program.taken:
        for number, names in enumerate(fusion.steps):
            modules = {name for name in names if "multiply" not in name}
            if fusion.kernels[number] == "squeeze_excite":
                modules = {names[0].rpartition(".")[0]}
            given = [call for call in calls if all(f"self.{m}" in call for m in modules)]
            assert given, (fusion.block, names)
        if fusion.tail:
            wanted = [f"self.{name}" for name in fusion.tail[:-1]]
            assert any("residual=" in call and all(w in call for w in wanted) for call in given)


def test_the_kernels_file_says_what_its_kernels_replace() -> None:
    text = triton.emit(passes.run(network("efficientnet:b0")))
    assert text is not None
    for pattern in (patterns.depthwise, patterns.pointwise, patterns.separable):
        assert pattern.__doc__ is not None
        chain = pattern.__doc__.split("\n")[0].rstrip(".")
        assert chain[1:] in text
    assert triton.emit(Program(network("efficientnet:b0"))) is None


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_the_kernels_file_is_tidy(command: list[str]) -> None:
    text = triton.emit(passes.run(network("efficientnet:b0")))
    name = str(paths.GENERATED / "kernels.py")
    ruff = [str(Path(sys.executable).with_name("ruff")), *command, "--no-cache"]
    done = subprocess.run(
        [*ruff, "--stdin-filename", name, "-"], input=text, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_explanations_say_that_they_are_a_model() -> None:
    text = passes.explain(passes.run(network("efficientnet:b0")))
    assert "model, not measured" in text.splitlines()[0]
    assert "take in `mbconv`, 16 places: 1039.6 MB -> 630.0 MB, 80 -> 48 launches" in text
    assert "in 9 of 16 stochastic_depth, add too" in text


def test_prices() -> None:
    program = passes.run(network("mobilenet_v1"))
    node = program.nodes["conv1.conv"]
    assert eager(node) == Price(
        maps=3 * 224**2 + 32 * 112**2,
        weights=864,
        macs=10838016,
        instructions=6 * 32 * 112**2,
        launches=1,
    )
    device = devices()["h100"]
    one = time(eager(node), device, 1, 2)
    assert one.bound == "launch"
    assert one.seconds == device.launch
    assert time(eager(node), device, 128, 2).bound == "memory"
