"""Figures as people ask for them: views, themes, heat, languages; TikZ, Mermaid, volumes."""

from __future__ import annotations

import gc
import itertools
import math
import re
import shutil
import subprocess
import weakref
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from archc import catalogue
from archc.analyses import analyze
from archc.diagnostics import SpecError
from archc.document.translation import language, op_label
from archc.lectures.figures import (
    THEMES,
    Style,
    View,
    measure,
    mermaid,
    render,
    render_volumes,
    trace,
    write,
)
from archc.lectures.figures.figure import Box, Cluster, Figure, Terminal
from archc.lectures.figures.labels import FAMILIES
from archc.lectures.figures.layout import stages
from archc.lectures.figures.theme import channels, contrast
from archc.lectures.figures.volumes import arrange, solids
from archc.network import Network
from archc.ops import OPS
from tests import paths

GOLDENS = paths.GOLDENS / "figures"
THREE = ("googlenet", "resnet:resnet50", "vgg")
SPECS = sorted(catalogue.known())


@cache
def network(written: str) -> Network:
    target = catalogue.find(written)
    return catalogue.network(target.path, target.variant)


@cache
def figure(written: str, view: View) -> Figure:
    return trace(network(written), view)


def boxes(found: Figure) -> dict[str, Box]:
    return {box.id: box for box in found.boxes()}


# Goldens of the other targets; those of SVG are in generated/.


def golden(name: str, text: str, refresh: bool) -> None:
    path = GOLDENS / name
    if refresh:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("spec", THREE)
@pytest.mark.parametrize("what", ["graph.mmd", "heat_fr.dot", "volumes.svg", "graph.tex"])
def test_golden(spec: str, what: str, request: pytest.FixtureRequest) -> None:
    one = network(spec)
    match what:
        case "graph.mmd":
            made = render(one, "mmd")
        case "heat_fr.dot":
            with language("fr"):
                made = render(one, "dot", direction="LR", heat="macs", theme=THEMES["paper"])
        case "volumes.svg":
            with language("fr"):
                made = render_volumes(one, "svg")
        case _:
            made = render(one, "tex")
    name = f"{one.stem}_{what}"
    golden(name, made.decode(), request.config.getoption("--refresh"))


# Views.


def test_expand_opens_one_block() -> None:
    plain = figure("googlenet", View())
    opened = figure("googlenet", View(expand=("inception_4a",)))
    assert not any(isinstance(part, Cluster) for part in plain.walk())
    assert [p.id for p in opened.walk() if isinstance(p, Cluster)] == ["inception_4a"]
    assert opened.weights == plain.weights
    assert sum(box.weights for box in opened.boxes()) == sum(box.weights for box in plain.boxes())


def test_expand_leads_through_folded_iterations() -> None:
    found = figure("resnet:resnet50", View(depth=1, expand=("conv4_x.4",)))
    clusters = {p.id: p.times for p in found.walk() if isinstance(p, Cluster)}
    assert clusters == {"conv4_x": 1, "conv4_x.1": 5}


def test_expand_and_collapse_by_name() -> None:
    opened = figure("googlenet", View(depth=1, expand=("inception",), collapse=("inception_3b",)))
    clusters = [p.id for p in opened.walk() if isinstance(p, Cluster)]
    assert len(clusters) == 8
    assert "inception_3b" not in clusters


def test_a_block_alone() -> None:
    found = figure("googlenet", View(block="inception"))
    assert (found.title, found.place) == ("inception", "inception_3a")
    assert found.weights == analyze(network("googlenet")).at("inception_3a").cost.params == 163_696
    assert [p.label for p in found.parts if isinstance(p, Terminal)] == ["input", "output"]
    assert figure("googlenet", View(block="inception_5b")).place == "inception_5b"
    cell = next(name for name in network("nasnet").spec.blocks if "cell" in name)
    ends = [p.label for p in figure("nasnet", View(block=cell)).parts if isinstance(p, Terminal)]
    assert len(ends) > 2


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (View(expand=("inception_9a",)), "no part .* `inception_9a`, nor is a block"),
        (View(collapse=("pool1",)), "`pool1` is one max_pool"),
        (View(block="incepton"), "no block `incepton`"),
    ],
)
def test_what_is_not_there_is_told(view: View, message: str) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        trace(network("googlenet"), view)
    assert {found.rule for found in caught.value.diagnostics} == {"unknown-id"}


def test_unknown_ids_come_with_help() -> None:
    with pytest.raises(SpecError) as caught:
        trace(network("googlenet"), View(expand=("inceptoin_3a",)))
    assert "did you mean `inception_3a`?" in caught.value.diagnostics[0].help


# Every spec: each view, heat and writer that needs no engine.


@pytest.mark.parametrize("spec", SPECS)
def test_every_spec_draws(spec: str) -> None:
    one = network(spec)
    found = trace(one)
    for theme in THEMES.values():
        for direction in ("TB", "LR"):
            style = Style(theme=theme, direction=direction)
            assert write(found, style).startswith("digraph")
    assert all(analyze(one).at(box.last) for box in found.boxes())
    for kind in ("svg", "tex"):
        assert render_volumes(one, kind)
    for block in one.spec.blocks:
        try:
            alone = trace(one, View(block=block))
        except SpecError:
            continue  # a block of another variant
        assert mermaid.write(alone).startswith(("flowchart", "%%"))


@pytest.mark.parametrize("spec", ["googlenet", "resnet:resnet50", "densenet", "nasnet", "vgg"])
def test_heat_adds_up(spec: str) -> None:
    one = network(spec)
    found, totals = trace(one), analyze(one).totals
    assert measure(one, found, "params").whole == totals.params
    assert measure(one, found, "macs").whole == totals.macs
    assert measure(one, found, "activations").whole == totals.activations
    seen = measure(one, found, "receptive_field")
    assert seen.whole is None
    assert max(seen.values.values()) > 0


def test_heat_sees_the_last_iteration() -> None:
    one = network("resnet:resnet50")
    found = trace(one, View(depth=2))
    seen = measure(one, found, "receptive_field").values
    last = analyze(one).at("conv4_x.5").receptive_field
    assert last is not None
    assert (boxes(found)["conv4_x.1"].last, seen["conv4_x.1"]) == ("conv4_x.5", last.size[0])


# Colours.

# Machado, Oliveira and Fernandes, 2009: full protanopia, deuteranopia, tritanopia, in linear RGB.
BLIND = {
    "protan": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deutan": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritan": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def lab(colour: str, matrix: tuple[tuple[float, ...], ...]) -> list[float]:
    values = [c / 255 for c in channels(colour)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    seen = [min(1, max(0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in matrix]
    to_xyz = ((0.4339, 0.3763, 0.1899), (0.2126, 0.7152, 0.0722), (0.0177, 0.1095, 0.8728))
    x, y, z = (sum(a * b for a, b in zip(row, seen, strict=True)) for row in to_xyz)
    f = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z)]
    return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]


@pytest.mark.parametrize("name", THEMES)
def test_text_reads_on_every_colour(name: str) -> None:
    theme = THEMES[name]
    fills = [*theme.fills.values(), theme.block, theme.paper, *theme.clusters]
    fills += [theme.heat(k / 20) for k in range(21)]
    assert all(contrast(theme.ink_on(fill), fill) >= 4.5 for fill in fills)
    assert all(theme.ink_on(fill) == theme.ink for fill in theme.fills.values())


@pytest.mark.parametrize("kind", BLIND)
def test_dark_colours_stay_apart_for_the_colour_blind(kind: str) -> None:
    theme = THEMES["dark"]
    fills = [theme.fills[f] for f in FAMILIES if f != "other"] + [theme.block]
    seen = [lab(fill, BLIND[kind]) for fill in fills]
    assert min(math.dist(a, b) for a, b in itertools.combinations(seen, 2)) > 15


@pytest.mark.parametrize("name", THEMES)
def test_a_ramp_goes_one_way_for_everyone(name: str) -> None:
    for matrix in BLIND.values():
        light = [lab(THEMES[name].heat(k / 10), matrix)[0] for k in range(11)]
        assert light == sorted(light, reverse=name != "dark")


# French.


def test_figures_speak_french() -> None:
    with language("fr"):
        text = render(network("googlenet"), "dot").decode()
    assert "6\u202f998\u202f552 paramètres" in text
    assert "9,47K param." in text
    assert "dropout 0,4" in text
    assert not re.search(r">(input|output|linear \d|flatten|max pool)|params", text)


def test_op_labels_in_french() -> None:
    with language("fr"):
        assert op_label("max pool 3x3 / 2") == "pool max 3x3 / 2"
        assert op_label("global avg pool") == "pool moyen global"
        assert op_label("conv 3x3 / 2, 32 groups") == "conv 3x3 / 2, 32 groupes"
        assert op_label("dropout 0.25") == "dropout 0,25"
    assert op_label("dropout 0.25") == "dropout 0.25"
    assert len(OPS) > 20


# TikZ.


def test_stages_are_sizes_of_maps() -> None:
    titles = [stage.title for stage in stages(figure("googlenet", View(depth=1)))]
    assert titles[:6] == [f"{n} × {n}" for n in (224, 112, 56, 28, 14, 7)]
    alone = stages(figure("googlenet", View(block="inception")))
    assert len(alone) >= 3


def test_tikz_names_what_it_draws() -> None:
    text = render(network("googlenet"), "tex").decode()
    picture = text[text.index(r"\begin{tikzpicture}") :]
    named = re.findall(r"\\node\[[^\]]*\] \(([^)]+)\)", picture)
    assert len(named) == len(set(named))
    used = set(re.findall(r"\(([a-z_][\w-]*)\)", picture))
    assert used <= set(named)
    assert "#" not in picture
    assert r"\textbf{inception\_3a}" in picture
    assert "$64 \\times 112 \\times 112$" in picture
    assert "documentclass" not in text


def test_steps_reveal_every_stage() -> None:
    text = render(network("googlenet"), "tex", steps=True).decode()
    shown = [int(n) for n in re.findall(r"\\uncover<(\d+)->", text)]
    assert shown == list(range(2, len(stages(figure("googlenet", View()))) + 1))


ARTICLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[%s]{babel}
\usepackage{tikz}
\usetikzlibrary{babel}
\begin{document}
\begin{figure}\resizebox{\linewidth}{!}{\input{figure}}\caption{Oui~: voilà!}\end{figure}
\end{document}
"""
BEAMER = r"""\documentclass{beamer}
\usepackage{tikz}
\begin{document}
\begin{frame}\resizebox{!}{0.8\textheight}{\input{figure}}\end{frame}
\end{document}
"""


def compiles(folder: Path, text: str) -> int:
    """The pages that LaTeX makes of a text, without a word about boxes that do not fit."""
    (folder / "main.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "main.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, said[-2000:]
    assert "undefined" not in said
    found = re.search(r"Output written on main.pdf \((\d+) page", said)
    assert found, said[-2000:]
    return int(found[1])


latex = pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs LaTeX")


def has(name: str) -> bool:
    found = subprocess.run(["kpsewhich", name], capture_output=True, check=False)
    return found.returncode == 0


@latex
@pytest.mark.parametrize("spec", THREE)
def test_tikz_stands_alone(spec: str, tmp_path: Path) -> None:
    if not has("standalone.cls"):
        pytest.skip("needs the class standalone")
    text = render(network(spec), "tex", standalone=True, heat="macs", theme=THEMES["dark"])
    assert compiles(tmp_path, text.decode()) == 1


@latex
def test_tikz_is_embedded_in_french(tmp_path: Path) -> None:
    if not has("french.ldf"):
        pytest.skip("needs babel's French")
    with language("fr"):
        text = render(network("googlenet"), "tex", View(block="inception"))
    (tmp_path / "figure.tex").write_bytes(text)
    assert compiles(tmp_path, ARTICLE % "french") == 1


@latex
@pytest.mark.parametrize("view", ["graph", "volumes"])
def test_tikz_steps_are_slides(view: str, tmp_path: Path) -> None:
    if not has("beamer.cls"):
        pytest.skip("needs beamer")
    one = network("lenet5")
    draw = render if view == "graph" else render_volumes
    text = draw(one, "tex", standalone=True, steps=True).decode()
    slides = max(int(n) for n in re.findall(r"\\uncover<(\d+)->", text))
    assert compiles(tmp_path, text) == slides
    if view == "volumes":
        return
    (tmp_path / "figure.tex").write_bytes(draw(one, "tex", steps=True))
    assert compiles(tmp_path, BEAMER) == slides


# Mermaid.


def test_mermaid_declares_what_it_joins() -> None:
    text = mermaid.write(figure("resnet:resnet50", View(expand=("conv3_x.2",))))
    joined = set(itertools.chain(*re.findall(r"^  (\w+) -\.?->\S*(?:[^|]*\|)? (\w+)$", text, re.M)))
    declared = set(re.findall(r"^ *(n_\w+)[\[(]", text, re.M))
    assert joined <= declared
    assert text.count("subgraph ") == len(re.findall(r"^ *end$", text, re.M)) > 0
    assert "bottleneck <b>× 5</b>" in text


def test_mermaid_in_markdown() -> None:
    text = render(network("googlenet"), "md").decode()
    assert text.startswith("```mermaid\nflowchart TB\n")
    assert text.endswith(
        "```\n\n**GoogLeNet (Inception v1)** (googlenet): 6,998,552 parameters, "
        "and 6,379,728 for training\n"
    )


# Volumes.


@pytest.mark.parametrize("spec", SPECS)
def test_volumes_have_the_shapes_of_the_network(spec: str) -> None:
    one = network(spec)
    found = solids(one)
    assert found[0].shape == one.input
    last = one.outputs[0].port.shape
    assert last is not None
    assert math.prod(found[-1].shape) == math.prod(last)
    assert len(found) >= 2


def test_alexnet_as_in_the_paper() -> None:
    found = [(s.name, s.channels, s.side[0], s.window) for s in solids(network("alexnet"))[:4]]
    assert [name for name, *_ in found] == ["", "conv1", "pool1", "conv2"]
    assert found[1][1:] == (96, 55, 11)


@pytest.mark.parametrize("spec", SPECS)
def test_volumes_do_not_run_into_each_other(spec: str) -> None:
    for line in arrange(solids(network(spec))).lines:
        for one, following in itertools.pairwise(line):
            assert one.x + one.width + one.slant < following.x
            middle = (following.below[0] - one.below[0]) / 0.5
            assert middle > 0.5 * 8 * (len(one.shape) + len(following.shape))


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_volumes_become_pictures(kind: str) -> None:
    made = render_volumes(network("googlenet"), kind)
    assert made.startswith({"png": b"\x89PNG", "pdf": b"%PDF"}[kind])


def test_volumes_are_not_dot() -> None:
    with pytest.raises(ValueError, match="not dot"):
        render_volumes(network("googlenet"), "dot")


# Memory.


def test_a_network_is_freed_after_drawing() -> None:
    target = catalogue.find("densenet")
    one = catalogue.network(target.path, target.variant)
    for kind in ("svg", "dot", "tex", "mmd"):
        render(one, kind, View(depth=2), heat="receptive_field")
    render_volumes(one, "svg")
    bodies: list[weakref.ref[Any]] = [weakref.ref(one.root), weakref.ref(one)]
    del one
    gc.collect()
    assert [body() for body in bodies] == [None, None]
