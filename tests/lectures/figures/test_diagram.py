"""The diagram backend: figures that say the truth, DOT that parses, pictures of every format."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pygraphviz
import pytest

from archc.document import engine
from archc.document.drawing import Box as Shape
from archc.document.translation import compact
from archc.lectures import figures as diagram
from archc.lectures.figures import render
from archc.lectures.figures.figure import (
    AnyPart,
    Box,
    Cluster,
    Figure,
    Fork,
    Join,
    Terminal,
    inside,
)
from archc.network import INPUT, Network
from archc.network.elaborator import elaborate
from archc.spec.parser import parse
from archc.syntax.load import load
from tests.paths import SPECS

FAMILIES = [
    ("resnet", "resnet18"),
    ("resnet", "resnet50"),
    ("resnet", "resnet152"),
    ("googlenet", None),
    ("googlenet", "torchvision"),
    ("efficientnet", "b0"),
    ("efficientnet", "b7"),
    ("resnext", "summed50_32x4d"),
    ("resnext", "concatenated50_32x4d"),
    ("odd", None),
]
DEPTHS = [None, 1, 2, 3, 4, 9]

ODD = """\
archc: 1
name: odd
title: Odd "<&>" things
input: [3, 16, 16]
blocks:
  bn_relu_conv:
    args: {out_channels: int, kernel_size: int}
    body:
      - batch_norm
      - relu
      - conv: {out_channels: out_channels, kernel_size: kernel_size, padding: kernel_size // 2}
  dense_layer:
    args: {growth_rate: int}
    body:
      - concat:
          features: []
          new:
            - bn_relu_conv: {out_channels: 4 * growth_rate, kernel_size: 1}
            - bn_relu_conv: {out_channels: growth_rate, kernel_size: 3}
  nothing:
    args: {on: bool}
    body:
      - relu:
        when: on
  twice:
    inputs: [x]
    outputs: [x, x]
    body:
      - nothing: {on: false}
  cell:
    inputs: [cur, prev]
    outputs: [y, cur]
    args: {filters: int}
    body:
      - conv: {out_channels: filters, kernel_size: 1}
        from: cur
        id: a
      - conv: {out_channels: filters, kernel_size: 1}
        from: prev
        id: b
      - add: [a, b]
        id: y
network:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
  - dense_layer: {growth_rate: 4}
    repeat: 6
    id: dense1
  - nothing: {on: false}
  - aside:
      - adaptive_avg_pool: {output_size: 1}
      - flatten
    id: side
  - relu:
    repeat: 4
  - sequence:
      - conv: {out_channels: 16, kernel_size: 3, padding: 1}
      - relu
    repeat: 3
  - twice
  - cell: {filters: 16}
    repeat: 5
  - flatten
  - linear: {out_features: 10}
"""


@cache
def network(family: str, variant: str | None) -> Network:
    if family != "odd":
        return elaborate(parse(load(str(SPECS / f"{family}.yaml"))), variant)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "odd.yaml")
        path.write_text(ODD)
        return elaborate(parse(load(str(path))), variant)


@cache
def figure(family: str, variant: str | None, depth: int | None) -> Figure:
    return diagram.trace(network(family, variant), depth=depth)


every = pytest.mark.parametrize(("family", "variant"), FAMILIES)
at_every_depth = pytest.mark.parametrize("depth", DEPTHS)


@every
@at_every_depth
def test_dot_parses_and_is_the_same_each_time(
    family: str, variant: str | None, depth: int | None
) -> None:
    dot = diagram.emit(network(family, variant), depth=depth)
    fresh = elaborate(network(family, variant).spec, variant)
    assert diagram.emit(fresh, depth=depth) == dot
    with pygraphviz.AGraph(string=dot) as graph:
        nodes = set(graph.nodes())
        heads = dict(graph.edges())
    drawn = figure(family, variant, depth)
    assert {part.id for part in drawn.walk() if not isinstance(part, Cluster)} <= nodes
    assert all(edge.tail in heads for edge in drawn.edges)


@every
@at_every_depth
def test_every_part_stands_for_real_nodes(
    family: str, variant: str | None, depth: int | None
) -> None:
    real = {node.id: node for node in network(family, variant).nodes()}
    drawn = figure(family, variant, depth)
    ids = [part.id for part in drawn.walk()]
    assert len(ids) == len(set(ids))
    for part in drawn.walk():
        if not isinstance(part, Terminal | Fork):
            found = [n for path, n in real.items() if f"{path}.".startswith(f"{part.id}.")]
            assert found, part.id
            assert all(node.training_only == part.aside for node in found)


@every
@at_every_depth
def test_folds_are_exact(family: str, variant: str | None, depth: int | None) -> None:
    nodes = list(network(family, variant).nodes())
    sizes = [
        sum(_numel(s) for s in node.op.weights(*node.operation.input_shapes).values())
        for node in nodes
    ]
    drawn = figure(family, variant, depth)
    parts = [part for part in drawn.walk() if isinstance(part, Box | Join)]
    assert sum(part.ops for part in parts) == len(nodes)
    assert sum(box.weights for box in drawn.boxes()) == sum(sizes)
    assert drawn.weights + drawn.training == sum(sizes)
    assert drawn.training == sum(
        size for size, node in zip(sizes, nodes, strict=True) if node.training_only
    )


@every
@at_every_depth
def test_times_multiply_up(family: str, variant: str | None, depth: int | None) -> None:
    """`× N` of a box and of the clusters around it, times what one copy has, is the whole."""
    paths = [node.id.split(".") for node in network(family, variant).nodes()]
    below = Counter(".".join(path[:k]) for path in paths for k in range(1, len(path) + 1))

    def count(part: AnyPart, times: int) -> int:
        match part:
            case Cluster():
                return sum(count(inner, times * part.times) for inner in part.parts)
            case Box():
                copies = times * part.times
                assert part.ops % copies == 0
                assert part.each[0] * copies <= part.weights <= part.each[1] * copies
                return below[part.id] * copies
            case Join():
                assert part.ops == times
                return times
            case Terminal() | Fork():
                return 0

    assert sum(count(part, 1) for part in figure(family, variant, depth).parts) == len(paths)


@every
def test_deeper_shows_more(family: str, variant: str | None) -> None:
    counts = [len(figure(family, variant, depth).boxes()) for depth in (1, 2, 3, 4, 9)]
    assert counts == sorted(counts)
    assert not any(box.folded for box in figure(family, variant, 9).boxes())
    assert len(figure(family, variant, None).boxes()) <= 32
    assert not any(isinstance(part, Cluster) for part in figure(family, variant, 1).walk())


@every
@at_every_depth
def test_edges_make_one_flow(family: str, variant: str | None, depth: int | None) -> None:
    drawn = figure(family, variant, depth)
    graph = nx.DiGraph((edge.tail, edge.head) for edge in drawn.edges)
    assert nx.is_directed_acyclic_graph(graph)
    ends = {part.id for part in drawn.walk() if isinstance(part, Terminal)} - {INPUT}
    assert {node for node, degree in graph.out_degree() if not degree} == ends
    assert [node for node, degree in graph.in_degree() if not degree] == [INPUT]
    assert {part.id for part in drawn.walk() if not isinstance(part, Cluster)} == set(graph)


def test_resnet_stages_fold() -> None:
    stages = [
        [(box.block, box.times) for box in part.parts if isinstance(box, Box)]
        for part in figure("resnet", "resnet152", 2).parts
        if isinstance(part, Cluster)
    ]
    assert stages == [[("bottleneck", 1), ("bottleneck", n)] for n in (2, 7, 35, 2)]
    folded = [box.inside for box in figure("resnet", "resnet152", 1).boxes() if box.inside]
    assert folded == [f"bottleneck × {n}" for n in (3, 8, 36, 3)]


def test_googlenet_shapes_and_asides() -> None:
    drawn = figure("googlenet", None, 1)
    shapes = {edge.tail: edge.shape for edge in drawn.edges}
    assert shapes["inception_3a"] == "256 × 28 × 28"
    assert shapes["inception_5b"] == "1024 × 7 × 7"
    asides = [part for part in drawn.walk() if part.aside]
    assert len([part for part in asides if isinstance(part, Box)]) == 2
    assert len([part for part in asides if isinstance(part, Terminal)]) == 2
    dot = diagram.emit(network("googlenet", None), depth=1)
    assert dot.count("filled,dashed") == 2


def test_alike_iterations_say_what_differs() -> None:
    drawn = figure("odd", None, 1)
    dense = next(box for box in drawn.boxes() if box.id.startswith("dense1"))
    assert (dense.times, dense.name, dense.block) == (6, "dense1", "dense_layer")
    assert dense.each[0] < dense.each[1]
    arrives = next(edge.shape for edge in drawn.edges if edge.head == dense.id)
    assert arrives == "8 × 16 × 16"  # what the first layer gets


@every
@at_every_depth
def test_inputs_of_repeated_blocks_fork_inside(
    family: str, variant: str | None, depth: int | None
) -> None:
    """One line at most for each input leads into a frame of iterations: skips stay inside."""
    drawn = figure(family, variant, depth)
    frames = [part for part in drawn.walk() if isinstance(part, Cluster) and part.block]
    forks = {part.id: part for part in drawn.walk() if isinstance(part, Fork)}
    for frame in (frame for frame in frames if frame.times > 1):
        within = {part.id for part in inside(frame.parts)}
        entering = [e for e in drawn.edges if e.head in within and e.tail not in within]
        inputs = network(family, variant).spec.blocks[frame.block].inputs
        assert len(entering) <= len(inputs)
    for fork in forks:
        assert sum(edge.tail == fork for edge in drawn.edges) > 1
        assert sum(edge.head == fork for edge in drawn.edges) == 1


def test_ranges_stay_inside_of_frames() -> None:
    drawn = figure("odd", None, 9)
    frame = next(
        part for part in drawn.walk() if isinstance(part, Cluster) and part.block == "dense_layer"
    )
    (fork,) = (part for part in frame.parts if isinstance(part, Fork))
    assert fork.shape == "8–28 × 16 × 16"
    assert [edge.shape for edge in drawn.edges if edge.head == fork.id] == ["8 × 16 × 16"]
    within = {part.id for part in inside(frame.parts)}
    outside = [e for e in drawn.edges if e.tail not in within or e.head not in within]
    assert not any("–" in edge.shape for edge in outside)


@pytest.mark.parametrize("depth", [0, -1])
def test_depth_is_positive(depth: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        diagram.emit(network("resnet", "resnet18"), depth=depth)


@pytest.mark.parametrize(
    ("format", "signature"), [("svg", b"<svg"), ("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-")]
)
@pytest.mark.parametrize(
    ("family", "variant"), [FAMILIES[1], FAMILIES[3], FAMILIES[5], FAMILIES[7]]
)
def test_draws(family: str, variant: str | None, format: str, signature: bytes) -> None:
    picture = render(network(family, variant), format)
    assert picture.startswith(signature)
    if format == "svg":
        assert b'font-family="Helvetica,Arial' in picture
        assert picture.rstrip().endswith(b"</svg>")


@pytest.mark.parametrize("depth", [3, 9])
def test_draws_all_of_it(depth: int) -> None:
    for family, variant in (("googlenet", None), ("efficientnet", "b0")):
        drawn = figure(family, variant, depth)
        boxes = {shape.name for shape in diagram.draw(drawn).shapes if isinstance(shape, Shape)}
        assert {part.id for part in drawn.walk() if not isinstance(part, Cluster)} <= boxes


def test_no_such_format() -> None:
    with pytest.raises(ValueError, match="svg, pdf, png, tex, not bmp"):
        render(network("resnet", "resnet18"), "bmp")


def test_no_engine_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(diagram.NoEngine, match="no Graphviz to draw with: pygraphviz: ") as caught:
        render(network("resnet", "resnet18"), "svg")
    assert "pip install pygraphviz" in caught.value.help


@pytest.mark.parametrize(
    "fault",
    ["import no_such_engine", "import os; os.abort()", "pass"],
    ids=["absent", "crash", "mute"],
)
def test_no_engine_for_pictures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    monkeypatch.setattr(engine, "CHILD", fault)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(diagram.NoEngine, match="no Graphviz to draw with: pygraphviz: "):
        render(network("resnet", "resnet18"), "pdf")


def test_dot_on_path_is_second_choice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(engine, "CHILD", "import no_such_engine")
    dot = tmp_path / "dot"
    dot.write_text(f"#!{sys.executable}\nprint('drawn elsewhere')\n")
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert render(network("resnet", "resnet18"), "png").startswith(b"drawn elsewhere")


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (320, "320"), (9408, "9.41K"), (999_900, "1.00M"), (25_557_032, "25.6M")],
)
def test_compact(number: int, text: str) -> None:
    assert compact(number) == text


def _numel(shape: tuple[int, ...]) -> int:
    product = 1
    for size in shape:
        product *= size
    return product


def test_repeated_branches_are_drawn_once() -> None:
    drawn = figure("resnext", "summed50_32x4d", 5)
    clusters = [part for part in drawn.walk() if isinstance(part, Cluster) and part.name == "paths"]
    assert [cluster.times for cluster in clusters] == [
        32
    ] * 8  # a first block and the others of each stage
    last = clusters[0].parts[-1]
    assert isinstance(last, Box)
    assert last.ops == last.times * 32
    assert sum(edge.tail == last.id for edge in drawn.edges) == 1


def test_pieces_of_a_line_are_one_text() -> None:
    svg = render(network("googlenet", None), "svg").decode()
    texts = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    lines = ["".join(text.itertext()) for text in texts]
    assert "inception_3a inception" in lines
    assert not any(line.startswith(" ") for line in lines)
