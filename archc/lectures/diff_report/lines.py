"""A difference as rows of text, which all formats of the report share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archc.analyses.differences import Difference, Node
from archc.analyses.differences.grouping import ChangeGroup, group_changes, untold
from archc.analyses.differences.wording import setting, value
from archc.document.translation import N_, _, ngettext, number, op_label, percent
from archc.ops import Shape

MARKS: Mapping[str, str] = {
    "added": "+",
    "removed": "−",
    "changed": "~",
    "inside": "~",
    "renamed": "=",
    "follows": "·",
}
COLUMNS = N_(("part", "what", "change", "output", "parameters", "multiply-adds", "receptive field"))
NUMBERS = COLUMNS[3:]
FEW = 3
"""The most names that are listed; of more, only the first and the last."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table of changes."""

    kind: str
    level: int
    part: str
    what: str
    change: str
    output: str
    params: str
    macs: str
    seen: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells under `COLUMNS`, with the mark in front of the part."""
        part = f"{MARKS[self.kind]} {self.part}"
        return part, self.what, self.change, self.output, self.params, self.macs, self.seen


def lines(found: Difference, *, every: bool = False) -> list[Line]:
    """The lines of all changes, a block before the parts in it."""
    return list(_lines(group_changes(found.changes, every=every), 0))


def remark(found: Difference) -> str:
    """A sentence with the number of parts that the report leaves out; empty if there are none."""
    count = untold(found.changes)
    text = ngettext(
        "%s more part differs in size alone",
        "%s more parts differ in size alone, for the sake of these",
        count,
    )
    return text % number(count) if count else ""


def totals(found: Difference) -> list[tuple[str, str, str, str]]:
    """The totals of both networks with their differences; then the params that differ."""
    left, right = found.totals
    rows = [(_("input"), _shape(found.left.input), _shape(found.right.input), "")]
    for field, word in (
        ("params", _("parameters")),
        ("macs", _("multiply-adds")),
        ("activations", _("activations")),
        ("depth", _("depth")),
    ):
        before, after = getattr(left, field), getattr(right, field)
        cells = number(before), number(after)
        more = signed(after - before) + _share(before, after) * (field != "depth")
        rows.append((word, *cells, more))
    for name, (before, after) in found.params.items():
        if name in found.left.params and name in found.right.params:
            rows.append((f"{_('param')} {name}", value(before), value(after), ""))
    return rows


def signed(count: int) -> str:
    """`+1,234`, `−64`; nothing for nothing."""
    return f"{'+' if count > 0 else '−'}{number(abs(count))}" if count else ""


def _lines(entries: Sequence[ChangeGroup], level: int) -> Iterator[Line]:
    for entry in entries:
        first = entry.first
        yield Line(
            first.kind,
            level,
            _names(entry.names),
            _what(entry),
            _settings(entry),
            _agreed(entry, "shape"),
            signed(entry.more("params")),
            signed(entry.more("macs")),
            _agreed(entry, "seen"),
        )
        yield from _lines(_inner(entry), level + 1)


def _inner(entry: ChangeGroup) -> Sequence[ChangeGroup]:
    """The entries inside an entry; iterations that are all alike are skipped to their parts."""
    if len(entry.inner) == 1:
        only, first = entry.inner[0], entry.first
        times = (first.left.times if first.left else 0), (first.right.times if first.right else 0)
        if only.first.kind == "inside" and only.times() == times and len(only.changes) > 1:
            return only.inner
    return entry.inner


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= FEW else f"{names[0]} … {names[-1]}"


def _what(entry: ChangeGroup) -> str:
    """The name of the block or the op, with its count."""
    node = entry.first.node
    before, after = entry.times()
    text = op_label(node.label)
    more = f", {_('for training')}" if node.training_only and not entry.around else ""
    if entry.first.kind in ("added", "removed"):
        count = max(before, after)
        return text + (f" × {count}" if count > 1 else "") + more
    if before != after:
        return f"{text} × {before} → × {after}{more}"
    return text + (f" × {after}" if after > 1 else "") + more


def _settings(entry: ChangeGroup) -> str:
    first = entry.first
    if first.kind == "renamed":
        assert first.left is not None, "it had a name"
        return f"{_('renamed')}: {first.left.id}"
    return "; ".join(setting(each) for each in entry.settings if each.name != "repeat")


def _agreed(entry: ChangeGroup, field: str) -> str:
    """The text that all changes of an entry share: before and after, if they differ."""
    texts = {
        tuple(_text(side, field) for side in (change.left, change.right) if side)
        for change in entry.everywhere
    }
    if len(texts) > 1:
        return ""
    found = [*dict.fromkeys(texts.pop())]
    if len(found) == 1 and (field == "seen" or entry.first.kind not in ("added", "removed")):
        return ""
    return " → ".join(found)


def _text(node: Node, field: str) -> str:
    if field == "shape":
        return _shape(node.shape)
    if node.seen is None:
        return "—"
    high, wide = node.seen.size
    return f"{high}" if high == wide else f"{high} × {wide}"


def _shape(shape: Shape) -> str:
    return " × ".join(str(int(size)) for size in shape)


def _share(before: int, after: int) -> str:
    """` (−5.3%)`; nothing where there is no difference, or nothing to compare it with."""
    if before in (0, after):
        return ""
    return f" ({'+' if after > before else '−'}{percent(abs(after - before) / before, 1)})"
