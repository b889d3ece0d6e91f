"""The page of a network: well-formed Markdown with the analysis's figures."""

import re
from collections.abc import Iterator

import pytest

from archc.analyses import analyze
from archc.lectures import report
from archc.network.elaborator import elaborate
from archc.spec import Spec
from archc.spec.parser import parse
from archc.syntax.load import load

PAGES = [("googlenet", None), ("googlenet", "fashion_mnist"), ("resnet", "resnet152")]

SPEC = """
archc: 1
name: tiny
title: Tiny | small
doc: A net for a test.
input: [3, 8, 10]
blocks:
  unit:
    doc: Two layers.
    args: {channels: int}
    body:
      - conv: {out_channels: channels, kernel_size: 3, padding: 1}
      - relu
network:
  - unit: {channels: 4}
    repeat: 3
    id: units
claims:
  - {source: "a | b", at: units, params: 408}
  - {source: slide, at: units, params: 9, disputed: "2 * 4 | 1"}
"""


def page(spec: Spec, variant: str | None = None) -> str:
    network = elaborate(spec, variant)
    return report.emit(network, analyze(network))


def tables(text: str) -> Iterator[list[list[str]]]:
    """The rows of each table, cells apart."""
    for lines in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        yield [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines.splitlines()]


@pytest.mark.parametrize(("name", "variant"), PAGES)
def test_pages_are_well_formed_and_the_same_each_time(name: str, variant: str | None) -> None:
    spec = parse(load(f"specs/{name}.yaml"))
    text = page(spec, variant)
    assert text == page(spec, variant)
    assert text.endswith("|\n")
    assert "\n\n\n" not in text
    assert not [line for line in text.splitlines() if line != line.rstrip()]
    for rows in tables(text):
        assert {len(row) for row in rows} == {len(rows[0])}
        assert len(rows) > 2
    for before, line in zip(text.splitlines(), text.splitlines()[1:], strict=False):
        if line.startswith("#") or (line.startswith("|") and not before.startswith("|")):
            assert before == "", line


def test_a_page_says_what_the_network_is_and_costs() -> None:
    text = page(parse(load("specs/googlenet.yaml")))
    assert text.startswith("# GoogLeNet (Inception v1)\n")
    assert "![GoogLeNet (Inception v1)](googlenet.svg)" in text
    assert "| params | 13,378,280 | 6,998,552 |" in text
    assert "| `inception_3a` | inception: n1x1 64, reduce3x3 96, " in text
    assert "| `aux1` (training only) | auxiliary_head |" in text
    assert "### inception\n\nFour views" in text
    assert "13 disputed." in text


def test_the_page_of_a_variant_has_its_figure_and_its_claims() -> None:
    text = page(parse(load("specs/resnet.yaml")), "resnet152")
    assert "(resnet152.svg)" in text
    assert "| `layers` | [3, 8, 36, 3] | the variant |" in text
    assert "| 60,192,808 |" in text
    assert "resnet50" not in text.split("## Published figures")[1]


def test_cells_keep_to_their_column() -> None:
    text = page(parse(load("tiny.yaml", SPEC)))
    assert "### a \\| b\n\n| of | params |\n| --- | ---: |\n| `units` | 408 |" in text
    assert r"| slide | `units` | params | 9 | 408 | 2 \* 4 \| 1 |" in text
    assert "| `units` | unit" in text


def test_blocks_stand_as_at_their_first_use() -> None:
    text = page(parse(load("tiny.yaml", SPEC)))
    assert "### unit\n\nTwo layers.\n\nIn `units.0`, on 3 x 8 x 10; channels 4." in text
    assert "| `conv` | conv 3x3 | 4 x 8 x 10 | 112 | 8,640 | 3 | 1 |" in text


def test_a_network_without_claims_has_no_such_section() -> None:
    text = page(parse(load("tiny.yaml", SPEC.split("claims:")[0])))
    assert "Published" not in text
