"""Suggestions: the name that somebody means, or none rather than an absurd one."""

import pytest

import archc
from archc.diagnostics import LISTED, MOST, Report, SpecError, nearest, rendering, suggest
from archc.ops import OPS
from archc.ops import aliases as foreign


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("widht", ["depth", "width"], "width"),
        ("MaxPool", ["avg_pool", "max_pool"], "max_pool"),
        ("max-pool", ["avg_pool", "max_pool"], "max_pool"),
        ("resnet51", ["resnet18", "resnet50"], "resnet50"),
        ("classes", ["num_classes", "drop_rate"], "num_classes"),
        ("rate", ["drop_rate", "growth_rate"], None),
        ("depth", ["width"], None),
        ("hello", ["help", "shell"], None),
        ("c", ["s", "abs"], None),
        ("b9", ["b1", "b2"], None),
        ("table", ["table"], None),
        ("", ["x"], None),
        ("x", [], None),
    ],
)
def test_nearest(word: str, known: list[str], meant: str | None) -> None:
    assert nearest(word, known) == meant


def test_suggest_lists_what_there_is() -> None:
    assert suggest("hello", ["a", "b"], "params") == "params: a, b"
    assert suggest("hello", [], "params") == "there are no params"
    many = [f"name{k}" for k in range(LISTED + 3)]
    assert suggest("hello", many).endswith(f"{many[LISTED - 1]} and 3 more")


@pytest.mark.parametrize("right", foreign.STEPS)
def test_names_of_other_frameworks(right: str) -> None:
    assert right in OPS or right == "sequence"
    for name in foreign.STEPS[right].split():
        assert name not in OPS
        assert foreign.op(name, [*OPS, "sequence"]) == f"`{right}` is the name here"


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("filters", ["out_channels"], "`out_channels` is the name here"),
        ("size", ["output_size"], "`output_size` is the name here"),
        ("in_channels", ["out_channels"], "leave it out: it follows from the input"),
        ("widht", ["width"], "did you mean `width`?"),
    ],
)
def test_arguments_of_other_frameworks(name: str, known: list[str], said: str) -> None:
    assert foreign.help(name, known, "arguments") == said


def test_a_rule_is_told_once_at_a_place() -> None:
    report = Report()
    for message in ("one", "two", "one"):
        report.add("bad-value", message)
    assert [found.message for found in report.diagnostics] == ["one", "two"]


UNKNOWN = """\
archc: 1
name: tiny
input: [3, 8, 8]
network:
"""


def test_a_stage_stops_after_a_hundred_findings() -> None:
    text = UNKNOWN + "".join(f"  - convx{i}: {{out_channels: 4}}\n" for i in range(4000))
    with pytest.raises(SpecError) as error:
        archc.load("many.yaml", text)
    *found, last = error.value.diagnostics
    assert [d.rule for d in found] == ["unknown-op"] * MOST
    assert found[0].help == "did you mean `conv`?"
    assert (last.rule, last.severity, last.span) == ("too-many", "note", found[-1].span)
    shown = rendering.text(error.value.diagnostics)
    assert shown.endswith(f"{MOST} errors and 1 note in many.yaml")
