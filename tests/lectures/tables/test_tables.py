"""Tables: those of the papers cell by cell, Keras's summary to the byte, every spec."""

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import archc
from archc import catalogue
from archc.diagnostics import SpecError
from archc.document.translation import Lang
from archc.lectures import tables
from tests import paths
from tests.lectures import paper_tables
from tests.values import some

GOLDENS = paths.GOLDENS / "tables"
SPECS = sorted(catalogue.known())
SHOWN = {
    "googlenet.md": ("googlenet", {}),
    "googlenet.tex": ("googlenet", {"format": "latex"}),
    "googlenet.fr.md": ("googlenet", {"lang": "fr"}),
    "resnet.md": ("resnet", {}),
    "resnet.fr.tex": ("resnet", {"format": "latex", "lang": "fr"}),
    "resnet.json": ("resnet", {"format": "json"}),
    "vgg.html": ("vgg", {"format": "html"}),
    "vgg.md": ("vgg", {}),
    "efficientnet.md": ("efficientnet", {}),
    "mobilenet_v1.md": ("mobilenet_v1", {}),
    "mobilenet_v2.md": ("mobilenet_v2", {}),
    "densenet.md": ("densenet", {}),
    "resnext.md": ("resnext", {}),
}


def comma_separated(name: str, *variants: str, **options: Any) -> list[list[str]]:
    text = archc.load(name).table(*variants, format="csv", **options)
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("golden", SHOWN)
def test_tables_are_as_before(golden: str, request: pytest.FixtureRequest) -> None:
    name, options = SHOWN[golden]
    text = archc.load(name).table(**options)
    path = GOLDENS / golden
    if request.config.getoption("--refresh"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_googlenet_is_table_1_in_markdown() -> None:
    text = archc.load("googlenet").table()
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    del cells[1]
    bare = [[re.sub("<sup>.*?</sup>", "", cell) for cell in row] for row in cells]
    assert bare == paper_tables.rows(paper_tables.GOOGLENET)
    assert re.findall(r"(\S+)<sup>", "\n".join(lines)) == paper_tables.DISPUTED
    notes = re.findall(r"^<sup>(.)</sup> printed (\S+), computed ([\d,]+): ", text, re.MULTILINE)
    assert [printed for _, printed, _ in notes] == paper_tables.DISPUTED
    assert [mark for mark, _, _ in notes] == list("abcdefghij")
    assert notes[0] == ("a", "2.7K", "9,472")
    assert notes[1] == ("b", "34M", "118,013,952")


def test_googlenet_is_table_1_in_latex() -> None:
    text = archc.load("googlenet").table(format="latex")
    body = text[text.index("\\midrule") : text.index("\\bottomrule")].replace("$\\times$", "×")
    lines = [line.removesuffix(" \\\\") for line in body.splitlines()[1:]]
    cells = [[cell.strip() for cell in line.split("&")] for line in lines]
    marked = [cell.partition("\\rlap")[0] for row in cells for cell in row if "\\rlap" in cell]
    assert marked == paper_tables.DISPUTED
    bare = [[cell.partition("\\rlap")[0].replace("\\%", "%") for cell in row] for row in cells]
    assert bare == paper_tables.rows(paper_tables.GOOGLENET)[1:]
    assert text.count("\n\\textsuperscript") == len(paper_tables.DISPUTED)


def test_footnotes_as_long_as_wanted() -> None:
    shown = archc.load("googlenet").elaborate().network
    for notes, count, length in (("full", 10, 60), ("short", 10, 30), ("none", 0, 0)):
        text = tables.emit([shown], notes=tables.Notes(notes))
        assert text.count("<sup>") == 2 * count
        assert "2.7K" in text
        assert text.count("printed") >= count
        assert len(text.splitlines()[-1]) > length
    french = archc.load("googlenet").table(lang="fr")
    assert french.splitlines()[-1] == "<sup>j</sup> imprimé 1388K, calculé 1\u202f444\u202f080"


def test_what_nobody_prints_is_computed() -> None:
    rows = comma_separated("googlenet", "torchvision")
    by = {row[0]: row for row in rows}
    assert by["inception (3a)"][-2:] == ["156K", "122M"]  # a 3x3 in the "5x5" branch
    assert "<sup>" not in archc.load("googlenet").table("torchvision")


def test_resnet_is_table_1() -> None:
    assert comma_separated("resnet") == paper_tables.RESNET


def test_some_depths_of_resnet() -> None:
    rows = comma_separated("resnet", "resnet50", "resnet18_v1")
    assert [row[2:] for row in rows][3] == [
        "[1×1, 64; 3×3, 64; 1×1, 256] × 3",
        "[3×3, 64; 3×3, 64] × 2",
    ]
    assert rows[0] == ["layer name", "output size", "resnet50", "18-layer"]
    assert rows[-1] == ["FLOPs", "", "4.09G", "1.8×10⁹"]


def test_efficientnet_is_table_1() -> None:
    assert comma_separated("efficientnet")[1:] == paper_tables.rows(paper_tables.EFFICIENTNET)


def test_vgg_is_table_1() -> None:
    head, layers, *body = comma_separated("vgg")
    assert head == list(paper_tables.VGG)
    assert layers == [f"{n} weight layers" for n in (11, 11, 13, 16, 16, 19)]
    for place, (name, columns) in enumerate(paper_tables.VGG.items()):
        expected = ["input (224 × 224 RGB image)"]
        for word in columns.split():
            kernel, _, width = word.rpartition("-")
            expected.append({"M": "maxpool", "LRN": "LRN"}.get(word, f"conv{kernel or 3}-{width}"))
        expected += ["FC-4096", "FC-4096", "FC-1000", "soft-max"]
        found = [line for row in body for line in row[place].split("; ")]
        assert found == expected, name


def test_mobilenet_is_table_1_but_for_a_stride() -> None:
    assert comma_separated("mobilenet_v1")[1:] == paper_tables.rows(paper_tables.MOBILENET)
    assert "| Conv dw / s1<sup>a</sup>" in archc.load("mobilenet_v1").table()


def test_body_of_others() -> None:
    rows = comma_separated("mobilenet_v2", style="body")
    assert rows[0] == ["Type / Stride", "Filter Shape", "Input Size"]
    assert rows[1] == ["Conv / s2", "3×3×3×32", "224×224×3"]
    assert rows[-1] == ["FC / s1", "1280×1000", "1×1×1280"]


def test_keras_summary_is_that_of_keras_itself() -> None:
    """The golden was printed by Keras 3.15.1, for the lecture's network built with its layers."""
    text = archc.load("googlenet:fashion_mnist").table(style="keras", format="text")
    assert text == (GOLDENS / "googlenet_fashion_mnist.keras.txt").read_text(encoding="utf-8")


def test_keras_rows_of_the_lecture() -> None:
    rows = {row[0]: row[1:] for row in comma_separated("googlenet", "fashion_mnist", style="keras")}
    assert rows["input_layer (InputLayer)"] == ["(None, 28, 28, 1)", "0", "-"]
    assert rows["batch_normalization_1 (BatchNormalization)"][:2] == ["(None, 7, 7, 192)", "768"]
    assert rows["max_pooling2d_12 (MaxPooling2D)"] == [
        "(None, 1, 1, 832)",
        "0",
        "concatenate_7[0][0]",
    ]
    assert rows["conv2d_53 (Conv2D)"] == ["(None, 1, 1, 384)", "663,936", "conv2d_52[0][0]"]
    assert rows["concatenate_8 (Concatenate)"][2].split(", ") == [
        f"conv2d_{n}[0][0]" for n in (51, 53, 55, 56)
    ]
    assert rows["dense (Dense)"] == ["(None, 10)", "10,250", "dropout[0][0]"]


def test_keras_pads_by_layers_where_it_must() -> None:
    rows = comma_separated("resnet", "resnet18", style="keras")
    assert rows[2] == [
        "zero_padding2d (ZeroPadding2D)",
        "(None, 230, 230, 3)",
        "0",
        "input_layer[0][0]",
    ]
    assert rows[3][0] == "conv2d (Conv2D)"


def test_keras_of_a_chain_has_no_connections() -> None:
    text = archc.load("lenet5:modern").table(style="keras", format="text")
    assert "Connected to" not in text
    assert {len(line) for line in text.splitlines()[1:-3]} == {88}


@pytest.mark.parametrize("name", SPECS)
def test_every_spec_has_its_tables(name: str) -> None:
    made = archc.load(name)
    for lang in Lang:
        found = made.table(format="json", lang=lang)
        table = json.loads(found)
        assert table["rows"]
        for row in table["rows"]:
            assert sum(cell.get("span", 1) for cell in row["cells"]) == len(table["columns"])
            assert any(cell["text"] for cell in row["cells"])
    page = made.table(format="html").replace("<br>", "<br/>").replace("&nbsp;", " ")
    ElementTree.fromstring(f"<div>{page}</div>")
    model = made.elaborate()
    for style in ("body", "layers", "keras"):
        assert model.table(style)


@pytest.mark.parametrize("name", ["resnet", "nasnet", "mobilenet_v2"])
def test_keras_counts_what_the_analysis_counts(name: str) -> None:
    model = archc.load(name).elaborate()
    rows = json.loads(model.table("keras", "json"))["rows"]
    inference = model.analyze().inference
    total = sum(row["cells"][2]["value"] for row in rows)
    assert total == inference.params + inference.buffers


def test_french_puts_the_wording_of_papers_and_keeps_ids() -> None:
    text = archc.load("densenet").elaborate().table(lang="fr")
    assert "Bloc dense (1)" in text
    assert "Couche de transition (3)" in text
    text = archc.load("lenet5").elaborate().table(lang="fr")
    assert "| output " in text


SPEC = """
archc: 1
name: tiny
input: [3, 8, 8]
network:
  - conv: {out_channels: 4, kernel_size: 3}
table:
  columns: {output_sise: output}
  rows: {all: [conv, pool]}
"""


def test_a_layout_that_names_what_is_not_there() -> None:
    with pytest.raises(SpecError) as error:
        archc.load("tiny.yaml", SPEC).table()
    found = {d.rule: d for d in error.value.diagnostics}
    assert found["unknown-key"].message == "there is no column `output_sise` for a table of `tiny`"
    assert "output_size" in found["unknown-key"].help
    assert some(found["unknown-key"].span).line == 8
    assert found["unknown-id"].message == "there is no step `pool` for a table of `tiny`"


def test_a_spec_without_a_layout_has_a_table() -> None:
    text = archc.load("tiny.yaml", SPEC[: SPEC.index("table:")]).table()
    assert "| conv  | convolution | 6×6×4       |    112 |         3,888 |" in text


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no LaTeX here")
def test_latex_compiles(tmp_path: Path) -> None:
    shown = [
        archc.load(n).table(format="latex", lang=x) for n in ("googlenet", "vgg") for x in Lang
    ]
    for kind in ("article", "beamer"):
        begin, end = ("\\begin{frame}", "\\end{frame}") if kind == "beamer" else ("", "\\bigskip")
        pages = "\n".join(f"{begin}\n{text}\n{end}" for text in shown)
        (tmp_path / f"{kind}.tex").write_text(
            f"\\documentclass{{{kind}}}\\usepackage{{booktabs,graphicx}}\\begin{{document}}\n"
            f"{pages}\n\\end{{document}}\n",
            encoding="utf-8",
        )
        run = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{kind}.tex"],
            cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout[-2000:]
        assert "Overfull \\hbox" not in run.stdout


def test_branches_at_the_top_have_rows_of_their_own() -> None:
    text = """archc: 1
name: net
input: [3, 8, 8]
network:
  - conv: {out_channels: 8, kernel_size: 3, padding: 1}
  - concat:
      x: [{conv: {out_channels: 16, kernel_size: 1}}, relu]
      y: []
    id: mix
"""
    net = archc.load("net.yaml", text).elaborate()
    _, *rows = csv.reader(io.StringIO(net.table(format="csv")))
    assert [row[0] for row in rows] == ["conv", "x.0", "mix"]
    assert sum(int(row[3]) for row in rows) == net.analyze().totals.params
