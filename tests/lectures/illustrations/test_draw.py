"""Arithmetic figures: the lectures' convolution, windows held against torch, every spec drawn."""

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from click.testing import CliRunner, Result

from archc import catalogue, cli
from archc.analyses import analyze
from archc.analyses import receptive_field_trace as seen
from archc.document import svg, tikz
from archc.lectures.illustrations import cone, grids, layer, window
from archc.network import Network
from archc.ops.pool import AvgPool, MaxPool
from tests import paths
from tests.commands import invoke

GOLDENS = paths.GOLDENS / "draw"
SPECS = sorted(catalogue.known())
IMAGE = ((1, 1, 0, 1), (0, 0, 0, 1), (1, 1, 1, 0), (1, 0, 0, 1))
FILTER = ((-1, -2, -1), (0, 0, 0), (1, 2, 1))
SHOWN = {
    "conv.svg": ("conv", "--padding", "1"),
    "conv_steps.tex": ("conv", "--steps", "--standalone", "--lang", "fr"),
    "pool.tex": ("pool", "--kernel", "2", "--average", "--lang", "fr"),
    "googlenet_conv1.svg": ("layer", "googlenet", "conv1", "--lang", "fr"),
    "lenet5_c1.tex": ("layer", "lenet5", "c1", "--steps"),
    "mobilenet_v1_conv8.svg": ("layer", "mobilenet_v1", "conv8.0.depthwise"),
    "vgg_conv2.tex": ("cone", "vgg", "conv2", "--steps", "--standalone"),
    "resnet50_fc.svg": ("cone", "resnet:resnet50", "fc", "--lang", "fr"),
}
ROWS = {"--image": "1 1 0 1; 0 0 0 1; 1 1 1 0; 1 0 0 1", "--filter": "-1 -2 -1; 0 0 0; 1 2 1"}


def run(*arguments: str) -> Result:
    options = [part for each in ROWS.items() for part in each]
    given = {"conv": options, "pool": options[:2]}.get(arguments[0], [])
    return invoke("draw", *arguments, *given)


def network(written: str) -> Network:
    target = catalogue.find(written)
    return catalogue.network(target.path, target.variant)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("golden", SHOWN)
def test_figures_are_as_before(golden: str, request: pytest.FixtureRequest) -> None:
    assert run(*SHOWN[golden], "-o", golden).exit_code == 0
    text, path = Path(golden).read_text(encoding="utf-8"), GOLDENS / golden
    if request.config.getoption("--refresh"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    if golden.endswith(".svg"):
        ElementTree.fromstring(text)


def test_the_convolution_of_lecture_004() -> None:
    assert window.convolve(IMAGE, FILTER).response() == ((1, 1), (1, 0))
    padded = ((0, 0, 1, 2), (0, 1, 1, -1), (2, 1, 0, 0), (-3, -4, -3, -1))
    assert window.convolve(IMAGE, FILTER, padding=(1, 1)).response() == padded
    text = svg.write(grids.draw(window.convolve(IMAGE, FILTER)).drawing())
    assert "1×(−1) + 1×(−2) + 0×(−1)" in text


@pytest.mark.parametrize("stride", [(1, 1), (2, 1)])
@pytest.mark.parametrize("padding", [(0, 0), (1, 1)])
@pytest.mark.parametrize("dilation", [(1, 1), (2, 1)])
def test_convolutions_are_those_of_torch(
    stride: tuple[int, int], padding: tuple[int, int], dilation: tuple[int, int]
) -> None:
    torch.manual_seed(0)
    image, filter = torch.randint(-3, 4, (7, 6)).float(), torch.randint(-2, 3, (3, 2)).float()
    rows, weights = (tuple(map(tuple, each.tolist())) for each in (image, filter))
    of = window.convolve(rows, weights, stride, padding, dilation)
    theirs = torch.nn.functional.conv2d(
        image[None, None], filter[None, None], None, stride, padding, dilation
    )
    assert torch.equal(torch.tensor(of.response()), theirs[0, 0])


@pytest.mark.parametrize("kind", [MaxPool, AvgPool])
@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_pools_are_those_of_torch(
    kind: type[MaxPool] | type[AvgPool], padding: int, ceil_mode: bool, stride: int
) -> None:
    torch.manual_seed(0)
    image = torch.randint(-9, 10, (5, 6)).float()
    rows = tuple(map(tuple, image.tolist()))
    pads = (padding, padding)
    of = window.pool(rows, kind, (3, 2), (stride, stride), pads, ceil_mode)
    pool = getattr(torch.nn.functional, f"{kind.name}2d")
    theirs = pool(image[None, None], (3, 2), stride, padding, ceil_mode=ceil_mode)
    assert torch.allclose(torch.tensor(of.response()), theirs[0, 0])


@pytest.mark.parametrize("spec", SPECS)
def test_every_spec_has_layers_and_cones(spec: str) -> None:
    net = network(spec)
    nodes = analyze(net).nodes
    drawn = 0
    for operation in {node.operation: None for node in net.nodes()}:
        if drawn == 6:
            break
        try:
            scene = layer.draw(
                operation.op, operation.input_shapes, operation.output_shape, steps=True
            )
        except layer.NoWindow:
            continue
        drawn += 1
        assert svg.write(scene.drawing())
        assert tikz.write(scene.drawing(), steps=True)
    for node in nodes[:: max(1, len(nodes) // 3)]:
        steps = seen.steps(seen.sights(net), node.id)
        if node.receptive_field is not None and steps:
            rows = cone.levels(steps)
            drawing = cone.draw(steps, net.input, overlays=True).drawing()
            assert tikz.write(drawing, steps=True)
            if all(step.plain for step in steps):
                assert rows[-1].cells == node.receptive_field.size


def test_steps_are_frames() -> None:
    assert run("conv", "--steps", "-o", "x.svg").stdout.split() == [
        f"x-{number}.svg" for number in range(1, 5)
    ]
    first, last = (Path(f"x-{number}.svg").read_text() for number in (1, 4))
    assert first.count("<text") < last.count("<text")


def test_one_cell_is_worked_out() -> None:
    assert run("conv", "--padding", "1", "--at", "3,1", "-o", "x.svg").exit_code == 0
    assert "= −4" in Path("x.svg").read_text(encoding="utf-8")
    assert run("conv", "--at", "3,1", "-o", "x.svg").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("pool", "--kernel", "5", "-o", "x.svg"), 1, "does not fit a 4x4 input"),
        (("layer", "googlenet", "fc", "-o", "x.svg"), 1, "error[no-backend]"),
        (("layer", "googlenet", "conv9", "-o", "x.svg"), 1, "error[unknown-id]"),
        (("conv", "-o", "x.bmp"), 2, "x.bmp"),
        (("pool", "--kernel", "0", "-o", "x.svg"), 2, "--kernel"),
    ],
)
def test_what_can_not_be_drawn(arguments: tuple[str, ...], code: int, said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert said in result.stderr
    assert not list(Path().iterdir())


def test_a_matrix_is_text_json_or_a_file() -> None:
    Path("image.csv").write_text("1,2\n3,4\n")
    for image in ("1 2; 3 4", "[[1, 2], [3, 4]]", "image.csv"):
        arguments = ["draw", "pool", "--image", image, "--kernel", "2", "-o", "x.svg"]
        assert CliRunner().invoke(cli.app, arguments).exit_code == 0
        assert "max(1, 2, 3, 4) = 4" in Path("x.svg").read_text()
    wrong = CliRunner().invoke(cli.app, [*arguments[:3], "1 2; 3", *arguments[4:]])
    assert wrong.exit_code == 2


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_pictures(kind: str) -> None:
    assert run("conv", "-o", f"x.{kind}").exit_code == 0
    assert Path(f"x.{kind}").read_bytes()[:4] in (b"%PDF", b"\x89PNG")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX")
@pytest.mark.parametrize("kind", ["conv", "layer", "cone"])
def test_latex_compiles(kind: str) -> None:
    node = {"layer": ("googlenet", "conv1"), "cone": ("lenet5", "c5")}.get(kind, ())
    steps = {"layer": ["--steps"]}.get(kind, [])
    arguments = (kind, *node, *steps, "--standalone", "--lang", "fr", "-o", "x.tex")
    assert run(*arguments).exit_code == 0
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "x.tex"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
