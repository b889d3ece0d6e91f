"""Writes files all or none, or compares files with the text that would be written."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from archc.diagnostics import Diagnostic

DIFF_LINES = 12


class CannotWrite(Exception):
    """The error for a file that the system refuses to write, with the reason."""


def write(files: Mapping[Path, bytes]) -> None:
    """Write files, each at once and all or none.

    Raises:
        CannotWrite: the system refused; what was there is as it was.
    """
    waiting: dict[Path, Path] = {}
    path = Path()
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(0, "it is a folder")
            waiting[path] = path.with_name(f".{path.name}.{os.getpid()}")
            waiting[path].write_bytes(data)
        for path in files:
            os.replace(waiting.pop(path), path)
    except OSError as error:
        raise CannotWrite(f"`{path}` cannot be written: {error.strerror or error}") from error
    finally:
        for temporary in waiting.values():
            with suppress(OSError):  # a name that is too long cannot be removed either
                temporary.unlink()


def stale(files: Mapping[Path, bytes], command: str = "archc compile") -> list[Diagnostic]:
    """A diagnostic for each file that is missing or differs from what would be written."""
    found = []
    for path, data in files.items():
        old = path.read_bytes() if path.is_file() else None
        if old == data:
            continue
        shown = path.as_posix()
        message = f"`{shown}` is not what its spec gives now"
        notes: tuple[str, ...] = ()
        if old is None:
            message = f"`{shown}` is not there"
        else:
            notes = (_difference(old, data),)
        help = f"write it with `{command}`, and read `git diff`"
        found.append(Diagnostic("stale-golden", message, notes=notes, help=help))
    return found


def orphans(folder: Path, made: Iterable[Path], suffixes: Iterable[str]) -> list[Diagnostic]:
    """A diagnostic for each file directly in a folder that looks generated but that no spec makes.

    A `README.md` and files such as `__init__.py` are people's own.
    """
    known, endings = set(made), set(suffixes)
    return [
        Diagnostic("stale-golden", f"`{path.as_posix()}` is made from no spec", help="remove it")
        for path in sorted(folder.iterdir())
        if path.suffix in endings
        and path not in known
        and path.name != "README.md"
        and not path.stem.startswith("__")
    ]


def _difference(old: bytes, new: bytes) -> str:
    """The first lines of the difference, and how many follow."""
    before, after = (text.decode(errors="replace").splitlines() for text in (old, new))
    lines = list(difflib.unified_diff(before, after, "there", "now", lineterm="", n=1))
    shown = lines[:DIFF_LINES]
    if len(lines) > len(shown):
        shown.append(f"... and {len(lines) - len(shown)} lines more")
    return "\n".join(shown) or "only the ends of lines differ"
