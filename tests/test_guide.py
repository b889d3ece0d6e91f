"""The guide of the package: its example runs, and what it names is there."""

from __future__ import annotations

import re

from tests.paths import ROOT

GUIDE = (ROOT / "archc/README.md").read_text("utf-8")


def test_the_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    exec(compile(example, "archc/README.md", "exec"), {"__name__": "guide"})


def test_files_and_folders_are_there() -> None:
    prose = re.sub(r"```.*?```", "", GUIDE, flags=re.DOTALL)
    named = set(re.findall(r"`([\w./]+(?:/|\.py|\.po|\.toml|\.json))`", prose))
    named |= set(re.findall(r"(?:tests|archc)/[\w./]*\w", prose))
    assert len(named) > 30
    missing = {
        name
        for name in named
        if "NAME" not in name and not any((ROOT / top / name).exists() for top in ("", "archc"))
    }
    assert not missing


def test_records_are_there() -> None:
    """Every name in code letters that looks like a class or a constant is one in archc."""
    prose = re.sub(r"```.*?```", "", GUIDE, flags=re.DOTALL)
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "archc").rglob("*.py"))
    names = set(re.findall(r"`(_?[A-Z]\w+)`", prose)) - {"NAME"}
    assert len(names) > 15
    missing = {
        name for name in names if not re.search(rf"^(class )?{name}\b", source, re.MULTILINE)
    }
    assert not missing
