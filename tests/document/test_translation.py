"""Translations: every message has one, every one is used; numbers in each language."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import archc
from archc import catalogue
from archc.document import translation
from archc.document.translation import (
    OPERATION,
    _,
    comma,
    compact,
    language,
    localized,
    ngettext,
    number,
    op_label,
    percent,
)
from archc.lectures import tables
from archc.lectures.tables import names, paper

PACKAGE = Path(archc.__file__).parent
TRANSLATED = ("_", "N_", "ngettext")
SPECS = sorted(catalogue.known())


def strings(node: ast.AST) -> Iterator[str]:
    """The messages in what `_` or `N_` is given: constants, and the values of mappings."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Dict(values=several) | ast.Tuple(elts=several):
            for each in several:
                yield from strings(each)


def messages() -> Iterator[tuple[str, str]]:
    """Context and English of each message that the code marks."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=args) if name in TRANSLATED:
                    for text in strings(args[0]):
                        yield "", text
                case ast.Call(func=ast.Name(id="pgettext"), args=[context, message]):
                    for text in strings(message):
                        yield next(strings(context)), text


def french() -> set[tuple[str, str]]:
    """Context and English of each message that the catalogue translates."""
    path = resources.files("archc.document") / "locale" / "fr.po"
    with path.open("rb") as source:
        found = [each for each in read_po(source, "fr") if each.id]
    for each in found:
        assert each.string, each.id
        assert all(each.string), each.id
    return {(m.context or "", m.id if isinstance(m.id, str) else m.id[0]) for m in found}


def wording_of_papers() -> Iterator[str]:
    """What the layouts of all tables have to say, whole and part by part, numbers as `N`."""
    written: list[str] = []
    for wording in (names.TYPES, names.LINES):
        written += map(str, wording.ops.entries.values())
        written += [*wording.kinds.values(), *wording.ends.values()]
    for name in SPECS:
        spec, _found = catalogue.read(catalogue.known()[name])
        for plan in (paper.layout(spec), *tables.STYLES.values()):
            for section in (plan.columns, plan.rows, plan.variants, plan.totals, plan.names):
                written += [*section, *map(str, section.values())]
    for text in written:
        filled = text.replace("{kernel}", "N×N").replace("{by}", ", stride N")
        filled = re.sub(r"\{\w+\}|\d+", "N", filled)
        yield from (filled, *filled.split(", "))


def test_every_message_has_its_translation() -> None:
    assert not sorted(set(messages()) - french())


def test_every_translation_is_used() -> None:
    used = {text for _context, text in messages()}
    used |= {*wording_of_papers()}
    kept = {text for context, text in french() if context != OPERATION}
    assert not sorted(kept - used)


def test_words_of_operations_are_used() -> None:
    said = [
        node.value.replace("_", " ")
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    words = {text for context, text in french() if context == OPERATION}
    assert not sorted(word for word in words if not any(word in text for text in said))


def test_a_message_in_each_language() -> None:
    assert _("output size") == "output size"
    with language("fr"):
        assert _("output size") == "taille de sortie"
        assert _("no such message") == "no such message"
        assert _("") == ""
        with language("en"):
            assert _("output size") == "output size"
        assert _("output size") == "taille de sortie"
    assert _("output size") == "output size"
    with pytest.raises(ValueError, match="'xx'"), language("xx"):
        pass


def test_a_language_ends_with_its_block_where_something_fails() -> None:
    with pytest.raises(RuntimeError), language("fr"):
        raise RuntimeError
    assert translation.current_language() == "en"


def test_numbers() -> None:
    assert number(1234567) == "1,234,567"
    assert number(1234.5, 2) == "1,234.50"
    assert percent(0.125, 1) == "12.5%"
    assert compact(25_557_032) == "25.6M"
    assert comma() == ", "
    with language("fr"):
        assert number(1234567) == "1\u202f234\u202f567"
        assert number(1234.5, 2) == "1\u202f234,50"
        assert number(-0.5) == "-0,5"
        assert percent(0.125, 1) == "12,5\u202f%"
        assert compact(9_472) == "9,47K"
        assert localized("1,024.5M") == "1\u202f024,5M"
        assert comma() == "; "


def test_plurals() -> None:
    forms = ("%s more part differs in size alone", "%s more parts differ in size alone, ...")
    assert ngettext(*forms, 2) % 2 == "2 more parts differ in size alone, ..."
    with language("fr"):
        assert ngettext(*forms, 1) % 1 == "1 autre partie ne diffère que par la taille"


def test_operation_labels() -> None:
    assert op_label("dropout 0.25") == "dropout 0.25"
    with language("fr"):
        assert op_label("max pool 3x3 / 2") == "pool max 3x3 / 2"
        assert op_label("batch norm") == "norm. par lot"
        assert op_label("global avg pool") == "pool moyen global"
        assert op_label("conv 3x3 / 2, 32 groups") == "conv 3x3 / 2, 32 groupes"
        assert op_label("dropout 0.25") == "dropout 0,25"


def test_english_does_not_import_babel() -> None:
    code = (
        "import sys, archc; archc.load('lenet5').elaborate().table();"
        "archc.load('lenet5').elaborate().explain(); print('babel' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
