"""What a spec says means nothing but itself, in every format that archc writes."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

import archc
from archc.api import Model, load
from archc.diagnostics import SpecError
from archc.document import data, html, latex, markdown
from archc.document.formats import WRITERS, write
from archc.document.records import (
    Cell,
    Code,
    Column,
    Heading,
    Items,
    Link,
    Picture,
    Row,
    Sentence,
    Table,
    table,
)
from archc.lectures.tables.analysis import linked
from archc.lectures.tables.names import TYPES, fields

HOSTILE = r"""
archc: 1
name: tiny
title: "T <script>alert(1)</script> $x_1$ \\input{secret} | a & b # % ~ ^\n\\input{secret}"
doc: "D <img src=x onerror=alert(1)> [x](javascript:alert(1)) | x |\nsecond line"
paper:
  authors: "A <script>alert(2)</script> \\input{w} & | *b*"
  title: "P [x](javascript:alert(3)) <img src=x onerror=alert(4)> $y$"
  year: 2026
  arxiv: "2601.00001"
  url: https://example.org/a_(b)?c=1&d=2
params: {n: 10}
input: [3, 32, 32]
blocks:
  blk:
    doc: "B <script>alert(8)</script> \\u0041 \\"
    args: {width: int}
    body:
      - conv: {out_channels: width, kernel_size: 3}
      - relu
network:
  - blk: {width: 4}
  - flatten
  - linear: {out_features: n}
    id: fc
table:
  source: "Table 1 | <script>alert(10)</script> \\input{x} =cmd|' /C calc'!A0"
  columns: {type: "=1+1", params: "@SUM(1)|_&%#", out_channels: "\\write18{touch x}"}
  totals: {params: "-2+3 | x"}
claims:
  - {source: "Table 1", at: fc, params: 1, disputed: "<script>alert(13)</script> | \\input{y}"}
"""
NAMES = """
archc: 1
name: tiny
input: [3, 32, 32]
blocks:
  blk:
    args: {width: int}
    body: [{conv: {out_channels: width, kernel_size: 3}}]
network: [blk: {width: 4}]
table:
  columns: {type: type}
  names: {blk: "TEMPLATE"}
"""


@pytest.fixture(scope="module")
def model() -> Model:
    return load("tiny.yaml", HOSTILE).elaborate()


def texts(model: Model, format: str) -> str:
    return model.table(format=format) + "".join(
        model.explain(part, "markdown" if format == "markdown" else "latex")
        if format in ("markdown", "latex")
        else model.explain(part, "html")
        for part in ("", "fc")
    )


def test_html_has_no_element_of_a_spec(model: Model) -> None:
    written = texts(model, "html")
    assert not re.search(r"<(script|img)", written)
    assert "&lt;script&gt;" in written


def test_markdown_has_no_html_and_no_link_of_a_spec(model: Model) -> None:
    for written in (texts(model, "markdown"), model.report()):
        assert "<script>" in written
        assert not re.search(r"(?<!\\)<(script|img)", written)
        assert not re.search(r"(?<!\\)\]\(javascript", written)


def test_a_link_of_a_list_leads_where_it_should_alone(model: Model) -> None:
    written = markdown.write([linked([[model.network]])])
    (row,) = [line for line in written.splitlines() if "arxiv" in line]
    assert row.endswith("](https://arxiv.org/abs/2601.00001) |")
    assert r"[A \<script>" in row
    address = 'https://example.org/a_(b) c|d"><script>'
    link = Sentence((Link('w]("<b>', address),))
    assert markdown.write([link]) == (
        '[w\\]("\\<b>](https://example.org/a_%28b%29%20c%7Cd%22%3E%3Cscript%3E)\n'
    )
    assert html.write([link]).count("<") == 4  # <p>, <a>, and their ends


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("url", "javascript:alert(1)"),
        ("url", "data:text/html,x"),
        ("url", "https://x.org/ y"),
        ("url", "//x.org"),
        ("arxiv", "1409.4842) [x](javascript:alert(1)"),
        ("arxiv", "arXiv:1409.4842"),
    ],
)
def test_addresses_of_a_paper_are_of_the_web(key: str, given: str) -> None:
    known = {"url": "https://example.org/a_(b)?c=1&d=2", "arxiv": "2601.00001"}[key]
    assert HOSTILE.count(known) == 1
    quoted = f"{key}: {json.dumps(given)}"
    text = re.sub(rf"{key}: .*", lambda found: quoted, HOSTILE)
    with pytest.raises(SpecError) as error:
        load("tiny.yaml", text)
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.rule == "wrong-type"
    assert diagnostic.span is not None
    assert diagnostic.span.line == text[: text.index(quoted)].count("\n") + 1


@pytest.mark.parametrize("number", ["1409.4842", "1703.06870v3", "cs/0701001", "math.GT/0309136"])
def test_numbers_of_arxiv(number: str) -> None:
    found = load("tiny.yaml", HOSTILE.replace("2601.00001", number)).spec.header.paper
    assert found is not None
    assert found.arxiv == number


def test_latex_runs_no_command_of_a_spec(model: Model) -> None:
    written = texts(model, "latex")
    lines = [line for line in written.splitlines() if not line.startswith("%")]
    assert not re.search(r"\\(input|write18)", "\n".join(lines))
    assert r"\textbackslash{}input\{secret\}" in written
    assert written.startswith("% T <script>")


def test_no_cell_of_a_csv_opens_a_formula(model: Model) -> None:
    rows = list(csv.reader(io.StringIO(model.table(format="csv"))))
    assert rows[0][:2] == ["'=1+1", "'@SUM(1)|_&%#"]
    assert all(text[:1] not in "=+-@" or not text for row in rows for text in row)


@pytest.mark.parametrize(
    ("text", "written"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("+x", "'+x"), ("-2+3", "'-2+3"), ("-2.5", "-2.5"),
     ("-", "-"), ("+1,234", "+1,234"), ("a=1", "a=1"), ("", "")],
)  # fmt: skip
def test_cells_of_csv(text: str, written: str) -> None:
    assert data.escape(text) == written


def test_special_characters_of_each_format() -> None:
    text = "a_b *c* | <d> & \\e $f$ ~^ `g` [h](i)"
    assert html.escape(text).startswith("a_b *c* | &lt;d&gt; &amp; ")
    assert markdown.escape(text) == r"a_b \*c\* \| \<d> & \\e \$f\$ \~^ \`g\` [h\](i)"
    assert latex.special("\\{}&%#_$~^\n") == (
        r"\textbackslash{}\{\}\&\%\#\_\$\textasciitilde{}\textasciicircum{} "
    )
    assert markdown.escape("_a_ b_c __d") == r"\_a\_ b_c \_\_d"
    assert markdown.code("a`b") == "`` a`b ``"


@pytest.mark.parametrize("format", WRITERS)
def test_every_format_writes_any_document_and_any_table(format: str) -> None:
    made = table(("name", "count"), [(Code("a"), 1), (Code("b"), 2)], {1}, ("sum", 3))
    alone = Table(
        (Column("name", "name"), Column("count", "count", "right")),
        (Row((Cell((Code("a"),)), Cell((1,), 1, "a"))), Row((Cell(("both",), span=2),))),
        notes=(("a", "a note"),),
    )
    blocks = [Items(("one", Code("two"))), Picture("figure.svg", "a figure"), Sentence(("end ", 3))]
    for each in (made, alone, [Heading("head", 1), *blocks, made, alone]):
        written = write(each, format)  # type: ignore[arg-type]
        assert written.endswith("\n")
        assert "count" in written


def test_what_a_template_may_use_is_what_fields_gives(model: Model) -> None:
    from archc.spec.header import TEMPLATE_FIELDS

    (operation, *_others) = (node.operation for node in model.network.nodes())
    given = set(fields(operation)) | {"channels", "height", "width"}
    assert set(TEMPLATE_FIELDS) <= given
    assert given <= set(TEMPLATE_FIELDS) | set(type(operation.op).model_fields)
    assert TYPES


@pytest.mark.parametrize(
    "template",
    ["{nope}", "{width.__class__}", "{width:>2000000000}", "{width!r}", "{", "}", "{0}", "{}"],
)
def test_names_of_a_table_are_checked_with_the_spec(template: str) -> None:
    with pytest.raises(SpecError) as found:
        load("tiny.yaml", NAMES.replace("TEMPLATE", template))
    (diagnostic, *_more) = found.value.diagnostics
    assert diagnostic.rule == "unknown-name"
    assert diagnostic.span is not None
    assert diagnostic.span.line == 12


def test_names_of_a_table_are_filled() -> None:
    made = load("tiny.yaml", NAMES.replace("TEMPLATE", "{id}: {width} of {kernel}{by}")).elaborate()
    assert "blk: 4 of 3×3" in made.table()


WRITERS_OF_MARKUP = (
    "document/html.py",
    "document/latex.py",
    "document/markdown.py",
    "document/tikz.py",
    "document/engine.py",  # labels that Graphviz reads, as the next two write
    "lectures/figures/dot.py",
    "lectures/figures/mermaid.py",
)
MARKUP = re.compile(
    r"\\\\(begin|hline|text\w*\{)|\\begin\{"
    r"|</?(b|br|h\d|li|ol|p|sup|table|td|th|tr|ul)\b[^|,]*?>"
    r"|\| ?:?-{3}|-{3}:? ?\||-{3}:\"|\"\| \{|\} \|\"|\" \| \"\.join\((?!found)|\"#{2,} ?\{|&emsp;"
)
"""Tags, LaTeX's commands, Markdown's tables and headings."""


def test_markup_is_written_by_the_writers_alone() -> None:
    package = Path(archc.__file__).parent
    files = {path.relative_to(package).as_posix(): path for path in package.rglob("*.py")}
    marked = {name for name, path in files.items() if MARKUP.search(path.read_text("utf-8"))}
    assert marked == set(WRITERS_OF_MARKUP)
    templates = {path.relative_to(package).as_posix() for path in package.rglob("*.j2")}
    assert not {name for name in templates if name.endswith(".md.j2")}
