import json
import re
from typing import Any

import pytest

from archc.diagnostics import Diagnostic, Source, Span, SpecError
from archc.diagnostics.rendering import FORMATS, as_github, as_json, as_sarif, text
from archc.diagnostics.rules import RULES, page, title
from archc.syntax.load import load

TINY = Source(
    "specs/tiny.yaml",
    "network:\n  - max_pool: {kernel_size: 2}\n    id: pool1\n"
    "  - conv: {out_channels: 8, kernel_size: 7, stride: 2}\n",
)
BAD_SHAPE = Diagnostic(
    "bad-shape",
    "a 7x7 kernel does not fit a 6x6 input",
    Span(TINY, 4, 42, 4, 43),
    notes=("reached from: network step 2, input 8 x 6 x 6 from `pool1` (line 3)",),
    help="padding: 1 is the least that fits",
)


def at(line: str, start: int, end: int, **kwargs: Any) -> Diagnostic:
    source = Source("x.yaml", line + "\n")
    return Diagnostic("bad-value", "wrong", Span(source, 1, start, 1, end), **kwargs)


def marks(diagnostic: Diagnostic) -> tuple[str, str]:
    """The source line as shown, and the marks below it."""
    lines = text([diagnostic]).split("\n")
    return lines[3].removeprefix(" 1 | "), lines[4].removeprefix("   | ")


def test_text() -> None:
    assert (
        text([BAD_SHAPE])
        == """\
error[bad-shape]: a 7x7 kernel does not fit a 6x6 input
  --> specs/tiny.yaml:4:42
   |
 4 |   - conv: {out_channels: 8, kernel_size: 7, stride: 2}
   |                                          ^
   = reached from: network step 2, input 8 x 6 x 6 from `pool1` (line 3)
   = help: padding: 1 is the least that fits

1 error in specs/tiny.yaml"""
    )


def test_text_of_a_loaded_spec() -> None:
    lines = "\n" * 9 + "network:\n  - conv: {out_channels: max(8, c)}\n  - conv: {a: 1, a: 2}\n"
    with pytest.raises(SpecError) as error:
        load("specs/x.yaml", lines)
    assert (
        text(error.value.diagnostics)
        == """\
error[comma-in-flow]: a comma inside `{}` or `[]` ends the value, even between parentheses
   --> specs/x.yaml:11:26
    |
 11 |   - conv: {out_channels: max(8, c)}
    |                          ^^^^^^^^^ meant as one value
    = help: quote it: out_channels: "max(8, c)"

error[duplicate-key]: `a` is given twice in one mapping
   --> specs/x.yaml:12:18
    |
 12 |   - conv: {a: 1, a: 2}
    |                  ^
    = the first is in line 12

2 errors in specs/x.yaml"""
    )


def test_text_without_a_place_and_with_several_files() -> None:
    other = Diagnostic(
        "bad-value", "odd", Span(Source("y.yaml", "a"), 1, 1, 1, 2), severity="warning"
    )
    nowhere = Diagnostic("missing-file", "there is no file `z.yaml`", help="look\nagain")
    assert text([BAD_SHAPE, other, nowhere]).splitlines()[:2] == [
        "error[missing-file]: there is no file `z.yaml`",
        " = help: look",
    ]
    assert text([BAD_SHAPE, other, nowhere]).endswith("2 errors and 1 warning in 2 files")
    assert text([nowhere]).endswith("\n\n1 error")
    assert text([]) == ""


def test_findings_stand_in_the_order_of_the_file() -> None:
    late, early = at("abc", 3, 4), at("abc", 1, 2)
    assert [m.count(" ") for m in re.findall(r"\| ( *\^)", text([late, early]))] == [0, 2]


def test_wide_characters_and_tabs_move_the_marks() -> None:
    assert marks(at("名: e\u0301 value", 7, 12)) == ("名: e\u0301 value", "      ^^^^^")
    assert marks(at("a:\tb", 4, 5)) == ("a:    b", "      ^")
    assert marks(at("a: 名名", 4, 6)) == ("a: 名名", "   ^^^^")


def test_marks_at_the_ends() -> None:
    assert marks(at("a: [", 5, 6)) == ("a: [", "    ^")
    assert marks(at("", 1, 2)) == (" 1 |", "^")
    source = Source("x.yaml", "a: [1,\n  2]  \n")
    several = Diagnostic("bad-value", "wrong", Span(source, 1, 4, 2, 5))
    assert marks(several) == ("a: [1,", "   ^^^")


def test_long_lines_are_clipped_around_the_place() -> None:
    line = "a: " + "x" * 300 + "HERE" + "y" * 300
    shown, below = marks(at(line, 304, 308))
    assert len(shown) == 102
    assert shown.startswith("…x")
    assert shown.endswith("y…")
    assert shown[below.index("^") : below.index("^") + 4] == "HERE"
    assert below.count("^") == 4
    shown, below = marks(at(line, 1, 500))
    assert shown.startswith("a: x")
    assert len(below) == 100


def test_a_spec_can_not_command_the_terminal() -> None:
    nasty = at("a: \x1b[2J\u202e", 1, 2, label="\x1b[0m")
    assert not set("\x1b\u202e") & set(text([nasty]))


def test_color() -> None:
    colored = text([BAD_SHAPE], color=True)
    assert "\x1b[1;31merror[bad-shape]\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == text([BAD_SHAPE])


def test_json() -> None:
    data = json.loads(as_json([BAD_SHAPE, Diagnostic("missing-file", "gone")]))
    assert data["format_version"] == 1
    assert data["diagnostics"][0]["file"] is None
    assert data["diagnostics"][1] == {
        "rule": "bad-shape",
        "severity": "error",
        "message": BAD_SHAPE.message,
        "file": "specs/tiny.yaml",
        "line": 4,
        "column": 42,
        "end_line": 4,
        "end_column": 43,
        "label": "",
        "notes": list(BAD_SHAPE.notes),
        "help": BAD_SHAPE.help,
    }


def test_github() -> None:
    source = Source("a,b:c.yaml", "x")
    diagnostic = Diagnostic("bad-value", "50% off\nline", Span(source, 1, 1, 1, 2), help="h: i")
    assert as_github([diagnostic]) == (
        "::error file=a%2Cb%3Ac.yaml,line=1,col=1,title=bad-value::50%25 off%0Aline%0Ahelp: h: i"
    )
    assert as_github([Diagnostic("missing-file", "gone")]) == "::error title=missing-file::gone"


def test_sarif() -> None:
    log = json.loads(as_sarif([BAD_SHAPE, BAD_SHAPE, Diagnostic("missing-file", "gone")]))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["missing-file", "bad-shape"]
    assert rules[1]["shortDescription"]["text"] == title("bad-shape")
    assert rules[1]["help"]["markdown"] == page("bad-shape")
    assert "locations" not in run["results"][0]
    result = run["results"][1]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("bad-shape", 1, "error")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "specs/tiny.yaml"
    assert place["region"] == {"startLine": 4, "startColumn": 42, "endLine": 4, "endColumn": 43}


@pytest.mark.parametrize("name", FORMATS)
def test_no_findings(name: str) -> None:
    assert isinstance(FORMATS[name]([]), str)


@pytest.mark.parametrize("rule", RULES)
def test_pages(rule: str) -> None:
    words = page(rule)
    assert re.match(r"# \S", words)
    assert not title(rule).endswith(".")
    assert words.endswith("\n")
    assert max(map(len, words.splitlines())) <= 100
    examples = re.findall(r"```(yaml|sh)\n(.*?)```", words, flags=re.DOTALL)
    assert len(examples) == 2
    assert words.index("Wrong:") < words.index("Right:")
    (kind, wrong), (_, right) = examples
    if kind == "yaml" and "extends" not in wrong and "use:" not in wrong:
        load("right.yaml", right)
        if rule in ("yaml-syntax", "yaml-tag", "duplicate-key", "comma-in-flow"):
            with pytest.raises(SpecError) as error:
                load("wrong.yaml", wrong)
            assert {diagnostic.rule for diagnostic in error.value.diagnostics} == {rule}
        else:
            load("wrong.yaml", wrong)


def test_a_page_for_each_rule_and_no_other() -> None:
    from archc.diagnostics import rules

    assert sorted(RULES) == sorted(path.stem for path in rules._FOLDER.glob("*.md"))
    with pytest.raises(KeyError):
        page("../rules/bad-shape")
