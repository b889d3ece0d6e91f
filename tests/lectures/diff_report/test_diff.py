"""Differences: what was added, removed, changed; sums that add up; the figure of both networks."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import archc
from archc import catalogue
from archc.analyses import analyze
from archc.analyses.differences import Difference, diff
from archc.analyses.differences.grouping import group_changes
from archc.document.translation import language
from archc.lectures import diff_report as changes
from archc.lectures.figures import DIFFERENCE_KINDS, THEMES, View, render_difference
from archc.lectures.figures.build import trace
from archc.lectures.figures.difference import both, merge, show
from archc.lectures.figures.figure import Box, Cluster
from archc.lectures.figures.theme import READS, contrast
from archc.network import Network
from tests import paths
from tests.commands import invoke
from tests.values import some

GOLDENS = paths.GOLDENS / "diff"
SPECS = sorted(catalogue.known())
PAIRS = {
    "googlenet": ("googlenet", "googlenet:torchvision"),
    "senet": ("resnet:resnet50", "se_resnet:se_resnet50"),
    "mobilenet": ("mobilenet_v1", "mobilenet_v2"),
    "vgg": ("vgg:d", "vgg:e"),
    "resnet": ("resnet:resnet34", "resnet:resnet50"),
    "cifar": ("resnet_cifar:resnet_cifar110", "resnet_cifar:resnet_cifar1202"),
}
BASE = """\
archc: 1
name: small
params: {width: 8}
input: [3, 16, 16]
blocks:
  pair:
    args: {out_channels: int, kernel_size: 3}
    body:
      - conv: {out_channels: out_channels, kernel_size: kernel_size, padding: kernel_size // 2}
      - relu
      - conv: {out_channels: 2 * out_channels, kernel_size: 1}
network:
  - conv: {out_channels: width, kernel_size: 3}
    id: stem
  - relu
  - pair: {out_channels: 16}
    id: body
    repeat: 3
  - concat:
      left: [{conv: {out_channels: 4, kernel_size: 1}}]
      right: [{conv: {out_channels: 4, kernel_size: 3, padding: 1}}, relu]
    id: join
  - adaptive_avg_pool: {output_size: 1}
  - flatten
  - linear: {out_features: 10}
    id: fc
"""


@cache
def network(written: str) -> Network:
    target = catalogue.find(written)
    return catalogue.network(target.path, target.variant)


@cache
def pair(name: str) -> Difference:
    return diff(*map(network, PAIRS[name]))


def edited(old: str, new: str, count: Any = 1) -> Difference:
    """What is told of `BASE` with a text in place of another."""
    assert BASE.count(old) == count
    left, right = (
        catalogue.network("small.yaml", text=text) for text in (BASE, BASE.replace(old, new))
    )
    return diff(left, right)


def told(found: Difference) -> list[tuple[str, str, dict[str, Any]]]:
    """Kind, id and settings of all that a reader is told of, folded."""

    def lines(entries: Any) -> Any:
        for entry in entries:
            settings = {each.name: (each.left, each.right) for each in entry.settings}
            yield entry.first.kind, ", ".join(entry.names), settings
            yield from lines(entry.inner)

    return list(lines(group_changes(found.changes)))


def run(*arguments: str, code: int = 0) -> str:
    result = invoke("diff", *arguments)
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.stderr


# One edit at a time


def test_nothing() -> None:
    found = edited("width: 8", "width: 8")
    assert not found.different
    assert told(found) == []
    # A name that a spec gives to what it has is no difference in what it does.
    assert not edited("{width: 8}", "{width: 4 + 4}").different


def test_a_setting() -> None:
    found = edited("width: 8", "width: 12")
    assert told(found) == [("changed", "stem", {"out_channels": (8, 12)})]
    assert found.params == {"width": (8, 12)}
    # What follows from that has other sizes, and is not told one by one.
    assert {c.kind for c in found.changes} == {"changed", "follows", "same"}


def test_an_argument_tells_all_that_follows_from_it() -> None:
    found = edited("pair: {out_channels: 16}", "pair: {out_channels: 16, kernel_size: 5}")
    assert told(found) == [("changed", "body", {"kernel_size": (3, 5)})]


def test_what_is_written_in_a_block_is_told_there() -> None:
    found = edited(
        "2 * out_channels, kernel_size: 1", "2 * out_channels, kernel_size: 1, bias: false"
    )
    kinds = [(kind, name) for kind, name, _ in told(found)]
    assert kinds == [("inside", "body"), ("changed", "conv_2")]
    assert told(found)[-1][2] == {"bias": (True, False)}


def test_a_repeat_is_one_line() -> None:
    assert told(edited("repeat: 3", "repeat: 6")) == [("changed", "body", {"repeat": (3, 6)})]


def test_iterations_that_differ_only_later() -> None:
    text = """\
archc: 1
name: small
params: {strength: 1}
input: [4, 8, 8]
network:
  - sequence:
      - conv: {out_channels: 4, kernel_size: 1}
      - dropout: {p: "strength * max(0, i - 2) / 10"}
    id: body
    repeat: 6
"""
    texts = text, text.replace("strength: 1", "strength: 2")
    found = diff(*(catalogue.network("small.yaml", text=each) for each in texts))
    assert told(found) == [("inside", "body", {}), ("changed", "dropout", {"p": (0.1, 0.2)})]


def test_an_op_is_put_in() -> None:
    found = edited("  - relu\n  - pair", "  - batch_norm\n  - relu\n  - pair")
    assert told(found) == [("added", "batch_norm", {})]
    assert told(edited("  - relu\n  - pair", "  - pair")) == [("removed", "relu", {})]


def test_an_op_becomes_another() -> None:
    found = edited("  - relu\n  - pair", "  - silu\n  - pair")
    assert told(found) == [("changed", "silu", {"op": ("relu", "silu")})]


def test_a_new_name() -> None:
    found = edited("id: stem", "id: conv1")
    assert told(found) == [("renamed", "conv1", {})]
    assert "renamed: stem" in changes.markdown(found)


def test_a_branch_more() -> None:
    found = edited(
        "    id: join", "      more: [{conv: {out_channels: 2, kernel_size: 1}}]\n    id: join"
    )
    assert told(found) == [
        ("added", "more", {}),
        ("changed", "join", {"inputs": (2, 3)}),
    ]


def test_an_input_from_elsewhere() -> None:
    text = """\
archc: 1
name: small
input: [4, 8, 8]
network:
  - conv: {out_channels: 4, kernel_size: 1}
    id: one
  - conv: {out_channels: 4, kernel_size: 1}
    id: two
  - relu:
    id: last
  - add: [one, last]
    id: sum
"""
    texts = text, text.replace("[one, last]", "[two, last]")
    found = diff(*(catalogue.network("small.yaml", text=each) for each in texts))
    assert told(found) == [("changed", "sum", {"from": ("one, last", "two, last")})]


def test_another_spec_under_an_id_is_another_thing() -> None:
    found = pair("mobilenet")
    kinds = {c.node.id: c.kind for c in found.changes if c.kind in ("added", "removed")}
    assert kinds["conv2"] == "added"  # the last one of MobileNetV2; of MobileNetV1 the second
    assert kinds["conv3"] == "removed"


# Whole networks


def sums(found: Difference) -> Any:
    """Every change whose parts come to another sum than its own."""
    for change in (each for top in found.changes for each in top.walk()):
        if change.inner and some(change.left).times == some(change.right).times:
            for field in ("params", "macs"):
                if sum(getattr(c, field) for c in change.inner) != getattr(change, field):
                    yield change.node.id, field


@pytest.mark.parametrize("name", SPECS)
def test_every_spec(name: str) -> None:
    """It is as itself, and what another one has more adds up, on every level."""
    spec, report = catalogue.read(catalogue.known()[name])
    chosen = dict.fromkeys((None, *list(spec.variants)[:2], *list(spec.variants)[-1:]))
    first, *variants = catalogue.networks(spec, report, tuple(chosen))
    assert not diff(first, first).different
    other = network("resnet:resnet18" if name != "resnet" else "googlenet")
    for one, two in ((first, other), (other, first), *((first, v) for v in variants)):
        found = diff(one, two)
        before, after = (analyze(each).totals for each in (one, two))
        assert sum(c.params for c in found.changes) == after.params - before.params
        assert sum(c.macs for c in found.changes) == after.macs - before.macs
        assert not list(sums(found))
        assert len(changes.lines(found)) <= len(changes.lines(found, every=True))
        assert changes.markdown(found).startswith("## ")


def test_the_cost_is_that_of_what_is_written() -> None:
    found = pair("cifar")
    assert sum(1 for top in found.changes for _ in top.walk()) < 60
    assert [line.part for line in changes.lines(found)] == ["conv2_x", "conv3_x", "conv4_x"]
    assert "basic × 18 → × 200" in changes.markdown(found)


def test_equal_changes_are_told_once() -> None:
    entry = next(e for e in group_changes(pair("googlenet").changes) if "inception_3a" in e.names)
    assert len(entry.changes) == 9
    # Of five of six convolutions the bias gives way to a norm; the sixth has a 3x3, too.
    assert [inner.times() for inner in entry.inner] == [(5, 5), (1, 1)]
    for field in ("params", "macs"):
        assert sum(inner.more(field) for inner in entry.inner) == entry.more(field)


def test_receptive_fields() -> None:
    line = next(line for line in changes.lines(pair("googlenet")) if line.part == "pool4")
    assert line.seen == "459 → 251"
    assert line.change == "kernel_size 3 → 2"


# What is written


@pytest.mark.parametrize(
    ("golden", "name", "format", "lang"),
    [
        ("googlenet.txt", "googlenet", "text", "en"),
        ("googlenet.fr.md", "googlenet", "markdown", "fr"),
        ("senet.md", "senet", "markdown", "en"),
        ("mobilenet.fr.txt", "mobilenet", "text", "fr"),
        ("vgg.json", "vgg", "json", "en"),
    ],
)
def test_pages_are_as_before(
    golden: str, name: str, format: str, lang: str, request: pytest.FixtureRequest
) -> None:
    check(golden, run(*PAIRS[name], "--format", format, "--lang", lang), request)


@pytest.mark.parametrize("name", ["googlenet", "senet", "mobilenet", "vgg"])
def test_figures_are_as_before(name: str, request: pytest.FixtureRequest) -> None:
    with language("fr" if name == "vgg" else "en"):
        text = render_difference(pair(name), "dot")
    check(f"{name}.dot", text.decode(), request)


def check(golden: str, text: str, request: pytest.FixtureRequest) -> None:
    path = GOLDENS / golden
    if request.config.getoption("--refresh"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


# The command


def test_exit_codes() -> None:
    run("vgg:d", "vgg:e")
    assert "no differences" in run("vgg:d", ":d", "--exit-code")
    run("vgg:d", ":e", "--exit-code", code=1)
    assert "aucune différence" in run("vgg", "vgg", "--lang", "fr", "--format", "markdown")
    assert json.loads(run("vgg", "vgg", "--format", "json"))["changes"] == []


def test_an_edited_copy(tmp_path: Path) -> None:
    text = (paths.SPECS / "resnet.yaml").read_text("utf-8")
    path = tmp_path / "resnet.yaml"
    path.write_text(
        text.replace("      - relu\n\n  bottleneck", "      - silu\n\n  bottleneck"), "utf-8"
    )
    assert "relu → silu" in run("resnet:resnet18", f"{path}:resnet18")
    assert "no differences" in run("resnet:resnet50", f"{path}:resnet50")


def test_what_it_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "error[unknown-variant]" in run("vgg:d", ":z", code=1)
    assert "error[unknown-spec]" in run("vgg:d", "vgq", code=1)
    assert "error[unknown-id]" in run("vgg:d", ":e", "--figure", "x.svg", "--block", "x", code=1)
    run("vgg:d", ":e", "--figure", "x.tex", code=2)
    run("vgg:d", ":e", "--block", "convs", code=2)
    assert list(tmp_path.iterdir()) == []


def test_help_has_examples() -> None:
    assert "$ archc diff googlenet googlenet:torchvision" in run("--help")


def test_from_python() -> None:
    found = archc.diff("vgg:d", archc.load("vgg").elaborate("e"))
    assert found
    assert "layers 3 → 4" in found.markdown()
    assert b"<svg" in found.figure(block="convs")
    assert not archc.diff("vgg:d", "vgg:d")
    with pytest.raises(archc.SpecError):
        archc.diff("vgg:d", "vgg:z")


# The figure


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("depth", [1, 2])
def test_the_figure_has_both(name: str, depth: int) -> None:
    """Without what is marked as added it is the left figure, without what is removed the right."""
    found = pair(name)
    view = View(depth=depth)
    left, right = trace(found.left, view), trace(found.right, view)
    figure, marks = merge(found, left, right)
    for side, gone in ((left, "added"), (right, "removed")):
        parts = [part for part in figure.walk() if marks.parts.get(part.id) != gone]
        assert len(parts) == len(list(side.walk()))
        kept = {part.id for part in parts}
        edges = [edge for edge in figure.edges if marks.edges.get(edge) != gone]
        assert len(edges) == len(side.edges)
        assert all({edge.tail, edge.head} <= kept for edge in edges)


@pytest.mark.parametrize("name", SPECS)
def test_every_spec_has_a_figure(name: str) -> None:
    spec, report = catalogue.read(catalogue.known()[name])
    last = next(reversed(list(spec.variants)), None)
    other = network(f"{name}:{last}" if last else "resnet:resnet18")
    text = render_difference(diff(network(name), other), "dot", View(depth=1)).decode()
    assert f"{name} → {other.label}" in text
    assert report.diagnostics == []


@pytest.mark.parametrize("name", PAIRS)
def test_what_is_different_is_marked(name: str) -> None:
    found = pair(name)
    figure, marks = show(found, View())
    shown = {part.id for part in figure.walk() if isinstance(part, Box | Cluster)}
    for change in found.changes:
        if change.kind in ("changed", "inside") and change.node.id in shown:
            inner = {id for id in marks.parts if id.startswith(change.node.id)}
            assert inner or change.node.id in marks.rows
        if change.kind in ("same", "follows"):
            assert change.node.id not in marks.parts
    assert len(figure.boxes()) <= 40


@pytest.mark.parametrize("theme", THEMES)
def test_it_reads_without_colours(theme: str) -> None:
    look = THEMES[theme]
    for mark in look.marks:
        fill = look.tint(mark)
        assert contrast(look.ink_on(fill), fill) >= READS
    text = render_difference(pair("googlenet"), "dot", theme=look).decode()
    for said in ("<b>−</b>", "<s>LRN 5</s>", "<b>~</b>", "+ batch norm", "dashed"):
        assert said in text


@pytest.mark.parametrize("kind", DIFFERENCE_KINDS)
def test_kinds(kind: str) -> None:
    view = View(block="inception")
    with language("fr"):
        made = render_difference(pair("googlenet"), kind, view, direction="LR")
    start = {"svg": b"<svg", "pdf": b"%PDF", "png": b"\x89PNG", "dot": b"digraph"}[kind]
    assert made.startswith(start)


def test_words_that_differ() -> None:
    assert both("conv 5x5, 32", "conv 3x3, 32") == "conv 5x5 → 3x3, 32"
    assert both("conv 5x5, 32", "conv 3x3, 64") == "conv 5x5, 32 → conv 3x3, 64"
    assert both("relu", "relu") == "relu"
    assert both("", "relu") == "relu"
