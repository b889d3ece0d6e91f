"""Drawings: the metrics are a font's, text fits, the bytes do not depend on the machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from archc import catalogue
from archc.document import engine, svg, tikz
from archc.document.drawing import (
    Box,
    Drawing,
    Frames,
    Look,
    Polygon,
    Run,
    Text,
    line_height,
    line_width,
    rectangle,
    words,
)
from archc.document.drawing import (
    Path as Line,
)
from archc.document.metrics import text_width
from archc.lectures.figures import draw, trace
from tests import paths

SPECS = sorted(catalogue.known())


# Metrics.


@cache
def helvetica(weight: str) -> dict[str, int]:
    """Adobe's widths of ASCII characters, in thousandths, as matplotlib ships them."""
    path = Path(mpl.get_data_path(), f"fonts/pdfcorefonts/{weight}.afm")
    found = re.findall(r"^C (\d+) ; WX (\d+) ;", path.read_text("latin-1"), re.M)
    return {chr(int(code)): int(width) for code, width in found if int(code) < 127}


@pytest.mark.parametrize(("weight", "bold"), [("Helvetica", False), ("Helvetica-Bold", True)])
def test_widths_are_those_of_helvetica(weight: str, bold: bool) -> None:
    widths = helvetica(weight)
    # ASCII's apostrophe and accent are typographic ones in Adobe's encoding.
    for letter, width in widths.items():
        if letter not in "'`":
            assert text_width(letter, 1000, bold=bold) == pytest.approx(width, abs=1), letter
    assert len(widths) == 95


def test_widths_add_up() -> None:
    assert text_width("conv", 13) == pytest.approx(13 * sum(text_width(c, 1) for c in "conv"))
    assert text_width("", 13) == 0
    assert text_width("卷", 10) == 10
    assert text_width("e\N{COMBINING ACUTE ACCENT}", 10) == text_width("e", 10)
    pair = (Run("a", bold=True), Run("b", small=True))
    expected = text_width("a", 13, bold=True) + text_width(" ", 13) + text_width("b", 11)
    assert line_width(pair, 13, 11) == pytest.approx(expected)


# Figures.


@pytest.mark.parametrize("spec", SPECS)
def test_text_fits_its_box(spec: str) -> None:
    """No text is wider or higher than the box around it, nor anything off the page."""
    target = catalogue.find(spec)
    drawing = draw(trace(catalogue.network(target.path, target.variant)))
    for shape in drawing.shapes:
        if not isinstance(shape, Box):
            continue
        size = drawing.look(shape.style).size or drawing.size
        for line in shape.text:
            assert line_width(line, size, drawing.small) <= shape.width + 0.01, shape
        high = sum(line_height(line, size, drawing.small) for line in shape.text)
        assert high <= shape.height + 0.01, shape
        (x, y), half, tall = shape.at, shape.width / 2, shape.height / 2
        assert half <= x <= drawing.width - half, shape
        assert tall <= y <= drawing.height - tall, shape


EMPTY = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>{fonts}<cachedir>{cache}</cachedir></fontconfig>
"""


@pytest.mark.parametrize("machine", ["no fonts", "other fonts", "fr_FR.UTF-8", "C", "tr_TR.UTF-8"])
def test_figures_are_the_same_bytes_on_every_machine(machine: str, tmp_path: Path) -> None:
    """The files that `archc compile` draws elsewhere are those in generated/."""
    others = f"<dir>{Path(mpl.get_data_path(), 'fonts/ttf')}</dir>"
    fonts = {"no fonts": "", "other fonts": others}
    environment = {**os.environ}
    if machine in fonts:
        config = tmp_path / "fonts.conf"
        config.write_text(EMPTY.format(fonts=fonts[machine], cache=tmp_path / "cache"))
        environment |= {"FONTCONFIG_FILE": str(config)}
    else:
        environment |= {"LC_ALL": machine, "LANGUAGE": machine[:2]}
    names = ("googlenet", "lenet5", "nasnet")
    specs = [str(paths.SPECS / f"{name}.yaml") for name in names]
    command = [sys.executable, "-m", "archc", "compile", *specs, "-t", "svg", "-o", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert "Fontconfig" not in done.stderr
    for name in names:
        made = (tmp_path / f"{name}.svg").read_bytes()
        assert made == (paths.GENERATED / f"{name}.svg").read_bytes(), name


# Writers.

GONE = (Run("gone", struck=True),)
SAMPLE = Drawing(
    title="R & D",
    width=100,
    height=60,
    shapes=(
        Polygon(points=rectangle(0, 0, 10, 10), style=("face",)),
        Box(
            at=(50, 20),
            width=40,
            height=20,
            name="a.0",
            title="a<0",
            style=("box",),
            text=((Run("x_1", bold=True), Run("50% {y}", small=True)), (Run("gone", struck=True),)),
        ),
        Box(at=(50, 50), width=10, height=10, name="b", round=True, style=("box", "aside")),
        Line(
            points=((50, 30), (50, 45)),
            ends=("a.0", "b"),
            tips=(None, (50, 45)),
            style=("flow",),
            frames=Frames(2),
        ),
        Text(
            at=(5, 55),
            text=words("a–b · 1\u202f000"),
            anchor="start",
            tex="$a$",
            style=("note",),
            frames=Frames(2, 2),
        ),
    ),
    colours={"ink": "#000000", "paper": "#ffffff", "line": "#4d4d4d", "red": "#ff0000"},
    looks={
        "face": Look(fill="red", opacity=0.5, line="line", width=2),
        "box": Look(fill="paper", line="line", radius=3),
        "aside": Look(dashes=(4, 3)),
        "flow": Look(line="line"),
        "note": Look(ink="red", size=9, bold=True),
    },
    size=13,
    small=11,
    steps=("first", "7 × 7", "last"),
)


def test_svg_escapes_and_shows_a_step() -> None:
    last = ElementTree.fromstring(svg.write(SAMPLE))
    texts = ["".join(found.itertext()) for found in last.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["x_1 50% {y}", "gone"]
    second = svg.write(SAMPLE, 2)
    assert "a–b · 1\u202f000" in second
    assert "<title>R &amp; D</title>" in second
    assert "<title>a&lt;0</title>" in second
    assert 'stroke-dasharray="4 3"' in second
    assert "<path" not in svg.write(SAMPLE, 1)


def test_tikz_names_what_it_draws_and_overlays_steps() -> None:
    text = tikz.write(SAMPLE, steps=True)
    assert r"archc aside/.style={dashed}" in text
    assert r"\draw[archc flow, -latex] (a-0) -- (b);" in text
    assert r"\textbf{x\_1} {\archcsmall 50\% \{y\}}" in text
    assert r"\uncover<2->{" in text
    assert r"\only<2>{" in text
    assert "% step 2: 7 x 7" in text
    assert "#" not in text
    assert r"\uncover" not in tikz.write(SAMPLE)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("conv_relu 7x7", r"conv\_relu 7$\times$7"),
        ("50% & #1 {a}", r"50\% \& \#1 \{a\}"),
        ("1\u202f000 · a–b", r"1\,000 $\cdot$ a--b"),
        ("64 × 8 × 8", r"$64 \times 8 \times 8$"),
        ("8–28 × 16", r"$8\mbox{--}28 \times 16$"),
    ],
)
def test_tex_escapes(text: str, written: str) -> None:
    assert tikz.escape(text) == written


@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_pictures(kind: str) -> None:
    made = engine.picture(SAMPLE, kind, 2)
    assert made.startswith({"png": b"\x89PNG", "pdf": b"%PDF"}[kind])
    if kind == "png":  # pixels: width and height in inches, times the resolution
        size = [int.from_bytes(made[k : k + 4], "big") for k in (16, 20)]
        expected = [round(points / 72 * engine.RESOLUTION) for points in (100, 60)]
        assert size == pytest.approx(expected, abs=5)  # Graphviz rounds up to points
