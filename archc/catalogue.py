"""Finds specs by path or by name, and reads them up to the elaborated network."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from archc.diagnostics import MOST, Diagnostic, Report, SpecError, suggest
from archc.network import Network, alike
from archc.network.elaborator import elaborate
from archc.spec import Spec
from archc.spec.parser import parse
from archc.syntax.load import load

_PACKAGE = Path(__file__).parent
SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Target:
    """A spec, and which of its variants is meant."""

    path: str
    """What `load` reads: a file, or `-` for standard input."""
    variant: str | None = None


def folders() -> tuple[Path, ...]:
    """The folders of known specs: the current one, a checkout of archc, an installed archc."""
    return (Path("specs"), _PACKAGE.parent / "specs", _PACKAGE / "specs")


def known() -> dict[str, str]:
    """The path of every known spec by its name; an earlier folder's spec wins."""
    found: dict[str, str] = {}
    for folder in folders():
        if folder.is_dir():
            for path in sorted(folder.iterdir()):
                if path.suffix in SUFFIXES and path.is_file():
                    found.setdefault(path.stem, _shown(path))
    return found


def find(written: str, variant: str | None = None) -> Target:
    """The spec that someone means by `resnet`, `resnet:resnet50`, `my/net.yaml:small` or `-`.

    A path that does not exist is left to `load`, which says so.

    Raises:
        SpecError: no spec has this name, or two variants were named.
    """
    if not os.path.exists(written) and ":" in written:
        head, _, tail = written.rpartition(":")
        if head and tail.isidentifier():
            if variant not in (None, tail):
                message = f"`{written}` names a variant, and `{variant}` is another"
                raise SpecError([Diagnostic("unknown-variant", message)])
            written, variant = head, tail
    if written == "-" or _is_path(written):
        return Target(written, variant)
    names = known()
    if written not in names:
        help = suggest(written, names, "known specs")
        message = f"there is no spec `{written}`"
        raise SpecError([Diagnostic("unknown-spec", message, help=help)])
    return Target(names[written], variant)


def read(path: str, text: str | None = None) -> tuple[Spec, Report]:
    """A spec as written, and what is wrong with it so far.

    Raises:
        SpecError: what cannot be elaborated.
    """
    report = Report()
    return parse(load(path, text, report), report), report


def network(
    path: str,
    variant: str | None = None,
    settings: Mapping[str, Any] | None = None,
    text: str | None = None,
) -> Network:
    """The network of one variant; raises `SpecError` with everything that is wrong."""
    spec, report = read(path, text)
    return elaborate(spec, variant, settings, report)


def asked(
    written: str, variant: str | None = None, settings: Mapping[str, Any] | None = None
) -> Network:
    """The network that a command is asked for: `find`, then `network`."""
    target = find(written, variant)
    return network(target.path, target.variant, settings)


def networks(
    spec: Spec,
    report: Report,
    variants: Sequence[str | None],
    settings: Mapping[str, Any] | None = None,
) -> list[Network]:
    """The networks of some variants; raises `SpecError` with what is wrong in any of them."""
    found: list[Network] = []
    wrong = list(report.diagnostics)
    reported = set(wrong)
    for variant in variants:
        if len(wrong) >= MOST:
            break
        own = Report(report.diagnostics)
        try:
            found.append(elaborate(spec, variant, settings, own))
        except SpecError as error:
            new = [diagnostic for diagnostic in error.diagnostics if diagnostic not in reported]
            reported.update(new)
            note = (f"in variant `{variant}`",) if variant and len(variants) > 1 else ()
            wrong += [replace(diagnostic, notes=diagnostic.notes + note) for diagnostic in new]
    if wrong:
        raise SpecError(wrong)
    return found


def families() -> tuple[list[list[Network]], list[Diagnostic]]:
    """Every known spec with all its variants, and what is wrong with those that cannot be read."""
    found: list[list[Network]] = []
    wrong: list[Diagnostic] = []
    for path in known().values():
        try:
            spec, report = read(path)
            found.append(networks(spec, report, every(spec)))
        except SpecError as error:
            wrong += error.diagnostics
    return found, wrong


def chosen(written: Iterable[str]) -> list[Network]:
    """The networks of `resnet` (all variants), `vgg:d` and `my/net.yaml` together, each once.

    Raises:
        SpecError: with everything that is wrong in any of them.
    """
    found: dict[Any, Network] = {}
    wrong: list[Diagnostic] = []
    for each in written:
        try:
            target = find(each)
            spec, report = read(target.path)
            asked = (target.variant,) if target.variant else every(spec)
            for network in distinct(networks(spec, report, asked)):
                found.setdefault((target.path, network.variant), network)
        except SpecError as error:
            wrong += error.diagnostics
    if wrong:
        raise SpecError(wrong)
    return list(found.values())


def distinct(family: Sequence[Network]) -> list[Network]:
    """A family without its defaults, where a variant is the same network."""
    first, *variants = family
    same = any(alike(first, variant) for variant in variants)
    return variants if same else [first, *variants]


def edited(networks: Iterable[Network]) -> set[Network]:
    """The networks whose spec differs from those that archc ships."""
    return {network for network in networks if not _carried(network.spec)}


def every(spec: Spec) -> tuple[str | None, ...]:
    """The params' defaults, and every variant."""
    return (None, *spec.variants)


def _is_path(written: str) -> bool:
    return (
        written.endswith(SUFFIXES)
        or os.path.basename(written) != written
        or (os.path.isfile(written))
    )


def _carried(spec: Spec) -> bool:
    paths = (folder / f"{spec.name}.yaml" for folder in folders()[1:])
    text = spec.tree.source.text
    return any(path.is_file() and path.read_text("utf-8") == text for path in paths)


def _shown(path: Path) -> str:
    """A path as people write it: relative below the current folder."""
    here = Path.cwd()
    full = path.absolute()
    return (full.relative_to(here) if full.is_relative_to(here) else full).as_posix()
