"""Scaling: every step of the rules, the lectures' grid, the curves."""

import ast
import sys
from pathlib import Path
from typing import cast

import pytest
from click.testing import Result

from archc import catalogue
from archc.document.formats import Format, write
from archc.document.translation import language
from archc.lectures.derivations import scaling as scalings
from archc.lectures.derivations.grid import Axis, document, family, grid
from archc.lectures.derivations.scaling import scaling
from archc.network import Network
from tests import paths
from tests.commands import invoke
from tests.values import some

GOLDENS = paths.GOLDENS / "scale"
SPECS = sorted(catalogue.known())
SHOWN = {
    "efficientnet_b3.txt": ("efficientnet", "b3", "text", "en"),
    "mobilenet_v2_050.tex": ("mobilenet_v2", "width_050", "latex", "fr"),
    "resnet101.md": ("resnet", "resnet101", "markdown", "fr"),
}
MACS = {  # the grid of lecture 004, by arithmetic
    "1": (568740352, 418121728, 290675200, 186400768),
    "0.75": (325400448, 239273472, 166396800, 106770432),
    "0.5": (149497088, 109970432, 76524800, 49160192),
    "0.25": (41030272, 30212608, 21059200, 13570048),
}


def network(name: str, variant: str | None = None) -> Network:
    return catalogue.network(catalogue.find(name).path, variant)


def run(*arguments: str) -> Result:
    return invoke("scale", *arguments)


@pytest.mark.parametrize("golden", SHOWN)
def test_pages_are_as_before(golden: str, request: pytest.FixtureRequest) -> None:
    name, variant, form, lang = SHOWN[golden]
    found = scaling(network(name), network(name, variant))
    with language(lang):
        text = write(scalings.document(found, steps=True), cast(Format, form))
    path = GOLDENS / golden
    if request.config.getoption("--refresh"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_the_steps_of_efficientnet_b3() -> None:
    text = run("efficientnet", "--variant", "b3", "--explain").stdout
    for line in (
        "width(32) = round_to(32*1.2, 8, keep=0.9) = round_to(38.4, 8, keep=0.9) = 40",
        "depth(3) = ceil(3*1.4) = ceil(4.2) = 5",
        "12,233,232",
        "1,827,141,392",
    ):
        assert line in text
    assert "ceil(3*1.4)" not in run("efficientnet", "--variant", "b3").stdout


@pytest.mark.parametrize("name", SPECS)
def test_every_spec_scales(name: str) -> None:
    """To its last variant; what a rule comes to step by step is what the network was given."""
    read, _ = catalogue.read(catalogue.known()[name])
    variant = next(reversed(list(read.variants)), None)
    found = scaling(network(name), network(name, variant))
    for each in found.uses:
        if each.argument == "out_channels" and "." not in each.at and each.scaled:
            stage = next(s for s in found.stages if s.id == each.at)
            assert isinstance(each.scaled[-1], ast.Constant)
            assert some(stage.scaled).output_shape[0] == each.scaled[-1].value
    for form in ("text", "markdown", "latex"):
        with language("fr"):
            assert write(scalings.document(found, steps=True), form)


def test_a_family_and_a_single_axis() -> None:
    read, _ = catalogue.read(catalogue.known()["mobilenet_v2"])
    for found in (family(read), grid(read, [Axis("width_mult", "width_mult", ("1", "0.5"))])):
        for form in ("text", "markdown", "latex"):
            assert "3,504,872" in write(document(found, network("mobilenet_v2")), form)


def test_the_grid_of_the_lectures() -> None:
    axes = [
        Axis("alpha", "width_mult", tuple(MACS)),
        Axis("rho", "resolution", ("224", "192", "160", "128")),
    ]
    read, _ = catalogue.read(catalogue.known()["mobilenet_v1"])
    found = grid(read, axes)
    for alpha, macs in MACS.items():
        assert tuple(found.cells[alpha, rho].macs for rho in axes[1].values) == macs
    text = run("mobilenet_v1", "--grid", "alpha=1,0.75,0.5,0.25", "rho=224,192,160,128").stdout
    assert "alpha = 0.5   149,497,088  109,970,432   76,524,800   49,160,192" in text
    assert "alpha = 0.25    470,072\n" in text


def test_a_grid_of_a_param_that_there_is_not() -> None:
    result = run("mobilenet_v1", "--grid", "widht_mult=1")
    assert result.exit_code == 1
    assert "did you mean `width_mult`?" in result.stderr
    assert run("mobilenet_v1", "--grid", "width_mult").exit_code == 2


def test_a_base_needs_something_to_scale_to() -> None:
    assert run("efficientnet", "--base", "b0").exit_code == 2
    assert run("mobilenet_v1", "--base", "nope", "--grid", "alpha=1").exit_code == 2


def test_the_family_without_a_variant() -> None:
    text = run("efficientnet").stdout
    assert "66,347,960  37,745,884,192" in text
    assert "efficientnet " not in text.partition("=\n")[2]


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_curves(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    made = []
    for _ in range(2):
        arguments = ("--grid", "alpha=1,0.5", "rho=224,128", "--plot", f"x.{kind}", "--lang", "fr")
        assert run("mobilenet_v1", *arguments).exit_code == 0
        made.append(Path(f"x.{kind}").read_bytes())
    assert made[0] == made[1]
    if kind == "svg":
        assert b"alpha = 0,5" in made[0]


def test_curves_need_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in sys.modules if name.startswith("matplotlib")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "archc.lectures.derivations.curves", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run("efficientnet", "--plot", "x.svg")
    assert result.exit_code == 1
    assert "pip install 'archc[plot]'" in result.stderr
