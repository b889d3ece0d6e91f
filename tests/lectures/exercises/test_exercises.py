"""Sheets of exercises: the blank one, its key, and marks cell by cell."""

import csv
import io
from typing import Any

import pytest

from archc import catalogue
from archc.cli.table import filled
from archc.document.data import comma_separated
from archc.document.records import Table
from archc.document.translation import Lang
from archc.lectures import exercises
from archc.lectures.exercises import answers
from archc.lectures.exercises.exercise import Exercise
from archc.lectures.exercises.grade import Mark
from archc.network import Network
from tests.lectures import paper_tables
from tests.values import some

BLANKS = ("output_shape", "params")


def network(name: str, variant: Any = None) -> Network:
    target = catalogue.find(name, variant)
    return catalogue.network(target.path, target.variant)


def exercise(
    name: str = "alexnet", blanks: tuple[str, ...] = BLANKS, lang: Lang = Lang.en, **settings: Any
) -> Exercise:
    return exercises.Exercise(name, "layers", blanks, lang, settings)


def key(made: Exercise, of: Network | None = None) -> Table:
    of = of or network(made.spec)
    return filled(of, made)


def cells(sheet: Table) -> list[list[str]]:
    lines = comma_separated(sheet).splitlines(keepends=True)
    return list(csv.reader(io.StringIO("".join(lines[1:]))))


def answered(made: Exercise, **by_layer: Any) -> str:
    """The key as a student would hand it in, with some cells changed: `conv1=("55x55", "1")`."""
    rows = cells(key(made))
    for row in rows[2:]:
        if row[0] in by_layer:
            row[-len(made.blanks) :] = by_layer[row[0]]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return f"# {made}\n{out.getvalue()}"


def marks(made: Exercise | None = None, **by_layer: Any) -> dict[tuple[str, str], Mark]:
    made = made or exercise()
    of = network(made.spec)
    found = exercises.grade(of, made, key(made, of), answered(made, **by_layer))
    return {(mark.layer, mark.column): mark for mark in found}


def test_lecture_003_blank_and_solved() -> None:
    made = exercise()
    solved = key(made)
    rows = cells(solved)
    assert rows[1][:1] + rows[1][-2:] == ["input", "227×227×3", ""]
    assert rows[2:] == paper_tables.rows(paper_tables.ALEXNET)
    blank = cells(exercises.blank(solved, made))
    assert blank[1] == rows[1]
    assert [row[:-2] for row in blank] == [row[:-2] for row in rows]
    assert {cell for row in blank[2:] for cell in row[-2:]} == {""}


def test_the_sheet_says_what_it_is_made_from() -> None:
    made = exercise("resnet:resnet18", ("macs",), Lang.fr, num_classes="10")
    assert exercises.read(f"# {made}") == made
    assert exercises.read(f'\ufeff"# {made}";;;') == made  # as a spreadsheet hands it back
    assert exercises.read("layer,type") is None
    text = comma_separated(key(exercise()))
    assert exercises.read(text.splitlines()[0]) == exercise()


def test_the_key_has_full_marks() -> None:
    assert all(mark.right for mark in marks().values())
    for lang in Lang:
        made = exercise("googlenet", ("output_shape", "params", "macs"), lang)
        assert all(mark.right for mark in marks(made).values())


@pytest.mark.parametrize(
    "written",
    [
        "55x55x96",
        "96 x 55 x 55",
        "55 × 55 × 96",
        "(None, 55, 55, 96)",
        "[1, 96, 55, 55]",
        "55² x 96",
    ],
)
def test_forms_of_a_shape(written: str) -> None:
    assert answers.same(some(answers.shape(written)), (96, 55, 55))


@pytest.mark.parametrize("written", ["4096", "1x1x4096", "(4096,)", "(None, 4096)", "4096 x 1 x 1"])
def test_forms_of_a_vector(written: str) -> None:
    assert answers.same(some(answers.shape(written)), (4096,))


@pytest.mark.parametrize(
    "written",
    ["1048576", "1 048 576", "1,048,576", "1.048.576", "1\u202f048\u202f576", "1'048'576", "1.05M",
     "1,05 M", "1049K", "1,05 million", "~1.05e6", "1024*1024", "= 1024 × 1024", "32^4"],
)  # fmt: skip
def test_forms_of_a_number(written: str) -> None:
    assert some(answers.number(written)).says(1048576)


@pytest.mark.parametrize("written", ["0", "—", "–", "-"])
def test_forms_of_nothing(written: str) -> None:
    assert some(answers.number(written)).says(0)


@pytest.mark.parametrize("written", ["1M", "1.06M", "1.04M", "1048575", "104857", "1.05"])
def test_what_is_not_that_number(written: str) -> None:
    found = answers.number(written)
    assert found is None or not found.says(1048576)


@pytest.mark.parametrize(
    "written", ["", "many", "__import__('os')", "9**9**9", "1/0", "((", "9" * 300 + "*"]
)
def test_what_is_no_number(written: str) -> None:
    assert answers.number(written) is None


WHY = {
    ("conv1", "params", "34848"): "the biases are forgotten (+ 96)",
    ("conv1", "params", "11712"): "each filter sees all channels of its input",
    ("conv1", "params", "105415200"): "this is the number of multiply-adds",
    ("conv1", "params", "34k"): "cut off, not rounded",
    ("conv1", "params", "3e4"): "too few digits",
    ("pool1", "params", "82944"): "a pool has nothing to learn",
    ("conv1", "output_shape", "227x227x3"): "this is the size of the input",
    ("conv1", "output_shape", "55x55"): "the number of channels is missing",
    ("conv1", "output_shape", "55x55x3"): (
        "the channels are as many as there are filters, not the input's"
    ),
    ("conv1", "output_shape", "54x54x96"): "the + 1 of the formula is missing",
    ("conv2", "output_shape", "23x23x256"): "the padding is forgotten",
    ("conv2", "output_shape", "27x27x128"): "height and width are right, the channels are not",
    ("conv2", "output_shape", "26x26x256"): "the + 1 of the formula is missing",
    ("conv2", "output_shape", "square"): "not a size",
    ("conv2", "params", "lots"): "not a number",
    ("conv2", "params", ""): "empty",
    ("fc8", "params", "4096000"): "the biases are forgotten (+ 1,000)",
}


@pytest.mark.parametrize(("layer", "column", "answer"), WHY)
def test_why_a_cell_is_wrong(layer: str, column: str, answer: str) -> None:
    right = {(m.layer, m.column): m.expected for m in marks().values()}
    both = [right[layer, name] for name in BLANKS]
    both[BLANKS.index(column)] = answer
    found = marks(None, **{layer: both})[layer, column]
    assert not found.right
    assert found.points == 0
    assert found.remark == WHY[layer, column, answer]


def test_reasons_of_multiply_adds() -> None:
    made = exercise(blanks=("macs",))
    of = network("alexnet")
    conv1 = next(n.operation for n in of.nodes() if n.id.startswith("conv1"))
    macs, weights = 105415200, 34848
    for answer, start in (
        (2 * macs, "these are FLOPs"),
        (weights, "these are the weights"),
        (macs + 55 * 55 * 96, "biases"),
    ):
        found = marks(made, conv1=(str(answer),))["conv1", "macs"]
        assert not found.right
        assert found.remark.startswith(start)
    assert conv1.op.macs(*conv1.input_shapes) == macs


def test_reasons_of_groups() -> None:
    made = exercise("alexnet:two_gpu")
    found = marks(made, conv2=("27x27x256", "614656"))["conv2", "params"]
    assert found.remark == "a filter sees the channels of its own group only"


def test_a_mistake_counts_once() -> None:
    found = marks(pool1=("28x28x96", "0"), norm1=("28x28x96", "0"), conv2=("28x28x256", "614656"))
    assert not found["pool1", "output_shape"].right
    for layer in ("norm1", "conv2"):
        assert found[layer, "output_shape"].right
        assert found[layer, "output_shape"].remark == "follows from the answer above"
    found = marks(pool5=("7x7x256", "0"), fc6=("4096", str(7 * 7 * 256 * 4096 + 4096)))
    assert found["fc6", "params"].remark == "follows from the answer above"


def test_a_sheet_of_a_spreadsheet() -> None:
    """Semicolons, rows in another order, a byte-order mark, French headings."""
    made = exercise(lang=Lang.fr)
    rows = cells(key(made))
    body = [rows[0], *reversed(rows[1:])]
    text = f"\ufeff# {made};;;\r\n" + "\r\n".join(";".join(row) for row in body)
    of = network("alexnet")
    assert all(mark.right for mark in exercises.grade(of, made, key(made, of), text))


def test_what_is_no_sheet() -> None:
    made, of = exercise(), network("alexnet")
    for text in ("", f"# {made}\na,b\n1,2\n", f"# {made}\nlayer,parameters\nconv1,3\n"):
        with pytest.raises(exercises.BadSheet):
            exercises.grade(of, made, key(made, of), text)
