"""The paper's table: its columns and rows as the spec lays them out, its cells computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from archc.analyses import analyze
from archc.diagnostics import Diagnostic, SpecError, suggest
from archc.document.records import EMPTY, Cell, Column, Row, Table, cell
from archc.lectures.tables.columns import COLUMNS, COUNTS, Context, area, argument, arguments, side
from archc.lectures.tables.names import LINES, TYPES, Names, phrase
from archc.lectures.tables.published import Notes, Published
from archc.lectures.tables.steps import ENDS, Entry, Line, arrange, descend, end, opened, steps
from archc.network import Network, Operation, Skipped
from archc.spec import Spec, TableStep, walk
from archc.spec.header import PaperTable

KNOWN = ("number", *COLUMNS)
"""The columns that do not come from an argument of a block."""


def layout(spec: Spec) -> PaperTable:
    """The layout of the table: the spec's, else one with the columns of the spec's own tables."""
    if spec.header.table is not None:
        return spec.header.table
    columns = {"layer": "layer", "type": "type", "output_shape": "output size"}
    for step in walk(spec.network.body):
        if isinstance(step, TableStep):
            columns |= {
                name: name.replace("_", " ") for name in step.columns if name in arguments(spec)
            }
    return PaperTable(columns=columns | {"params": "params", "macs": "multiply-adds"})


def wanted(spec: Spec, variants: Sequence[str | None]) -> tuple[str | None, ...]:
    """The variants that a table shows: the given ones, else the paper's."""
    table = spec.header.table
    return tuple(variants) or tuple(table.variants if table else ()) or (None,)


def table(
    networks: Sequence[Network],
    plan: PaperTable,
    *,
    unrolled: bool = False,
    notes: Notes | None = None,
) -> Table:
    """The table of one network, or of several side by side.

    Args:
        networks: the variants of one spec, in the order of their columns.
        plan: how it is laid out.
        unrolled: whether equal iterations have rows of their own, where blocks are opened.
        notes: how much the footnotes on disputed figures say; None for what suits the language.

    Raises:
        SpecError: the layout names what is not there.
    """
    spec = networks[0].spec
    _check(spec, plan, networks)
    published = Published(spec, plan.source, notes)
    aside = bool(plan.variants) or len(networks) > 1
    names = Names(plan.names, LINES if aside else TYPES, labelled="layer" in plan.columns)
    dash = "—" if plan.opened else ""
    contexts = [Context(n, names, published, not plan.source, dash) for n in networks]
    lines = [_lines(network, plan, unrolled) for network in networks]
    heads = [Column(key, phrase(text), side(key)) for key, text in plan.columns.items()]
    if aside:
        columns, rows = _side_by_side(contexts, lines, heads, plan)
    else:
        columns, rows = tuple(heads), _rows(contexts[0], lines[0], heads)
    totals = _totals(contexts, columns, plan, aside)
    # Without a column for their description, the totals name their quantity and join the head.
    rows = rows + totals if heads else totals + rows
    source = f", {plan.source}" if plan.source else ""
    title = f"{spec.title}{source}"
    return Table(columns, tuple(rows), title=title, notes=tuple(published.notes))


def _lines(network: Network, plan: PaperTable, unrolled: bool) -> list[Line]:
    top = analyze(network).top
    named = {name for names in plan.rows.values() for name in names}
    ends = {name: end(network, top, name) for name in ENDS if name in named}
    entries = list(steps(top, top.body.items))
    if plan.opened:
        lines = list(opened(top, unrolled))
        first = [Line("input", [ends["input"]])] if "input" in ends else []
        return first + lines + ([Line("softmax", [ends["softmax"]])] if "softmax" in ends else [])
    entries = [e for e in [ends.get("input"), *entries, ends.get("softmax")] if e is not None]
    return arrange(entries, plan.rows)


def _rows(context: Context, lines: Sequence[Line], heads: Sequence[Column]) -> list[Row]:
    rows = []
    for number, line in enumerate(lines, 1):
        cells = [_cell(head.key, line, context, number) for head in heads]
        for entry in line.entries:
            if entry.part is not None:
                shown = [head.key for head in heads]
                if marks := context.published.disputes(context.network, entry.part, shown):
                    cells[0] = cells[0].marked(marks)
        rows.append(Row(tuple(cells), line.entries[-1].id))
    return rows


def _cell(key: str, line: Line, context: Context, number: int) -> Cell:
    if key == "number":
        return cell(str(number), number)
    if key not in COLUMNS:
        return argument(key)(line, context)
    made = COLUMNS[key](line, context)
    # A column of an op may also be an argument of a block.
    given = key in line.entries[0].args and line.entries[0].main is None
    return argument(key)(line, context) if given and key != "layers" else made


def _side_by_side(
    contexts: Sequence[Context],
    lines: Sequence[Sequence[Line]],
    heads: Sequence[Column],
    plan: PaperTable,
) -> tuple[tuple[Column, ...], list[Row]]:
    """A table with a column for each variant, which lists the operations of its steps."""
    columns = list(heads)
    for context in contexts:
        variant = context.network.variant or context.network.spec.name
        columns.append(Column(variant, phrase(plan.variants.get(variant, variant)), "center"))
    rows: list[Row] = []
    for label in _labels(lines):
        each = [next((x for x in own if x.label == label), Line(label)) for own in lines]
        parts = _parts(each, contexts)
        for number, (names, alike) in enumerate(parts):
            last = number == len(parts) - 1
            some = [Line(label, [e for e in line.entries if e.name in names]) for line in each]
            first = next(line for line in some if line.entries)
            full = next(line for line in each if line.entries)
            own = contexts[some.index(first)]
            left = [_cell(head.key, first, own, len(rows) + 1) for head in heads]
            if not last:
                # A step that leaves the same size is part of the row below.
                later = [_cell(head.key, full, own, 0) for head in heads]
                left = [
                    a if a.lines != b.lines else EMPTY for a, b in zip(left, later, strict=True)
                ]
            right = [
                _made_of(line, context, alike) for line, context in zip(some, contexts, strict=True)
            ]
            if alike and len(right) > 1:
                right = [replace(right[0], span=len(right))]
            rows.append(Row((*left, *right), first.entries[-1].id, rule=number == 0))
    return tuple(columns), rows


def _made_of(line: Line, context: Context, alike: bool) -> Cell:
    parts = [part for entry in line.entries for part in context.names.stack(entry)]
    if alike:
        return cell(", ".join(str(part) for part in parts))
    return Cell(tuple(parts))


def _parts(each: Sequence[Line], contexts: Sequence[Context]) -> list[tuple[list[str], bool]]:
    """The steps of a row in groups: those that all variants have alike, and the others."""
    stack = contexts[0].names.stack
    names = list(dict.fromkeys(entry.name for line in each for entry in line.entries))
    found: list[tuple[list[str], bool]] = []
    size = ""
    for name in names:
        entries = [next((e for e in line.entries if e.name == name), None) for line in each]
        alike = all(entry is not None and _plain(entry) for entry in entries)
        alike = alike and len({tuple(stack(entry)) for entry in entries if entry}) == 1
        some = next(entry for entry in entries if entry)
        if found and found[-1][1] == alike and (not alike or size == area(some.shape)):
            found[-1][0].append(name)
        else:
            found.append(([name], alike))
        size = area(some.shape)
    return found


def _plain(entry: Entry) -> bool:
    """Whether a step is one op, or a block with a main op: nothing that variants repeat."""
    return entry.item is None or isinstance(entry.item, Operation) or entry.main is not None


def _labels(lines: Sequence[Sequence[Line]]) -> list[str]:
    """The row labels of all variants; one that only later variants have follows its neighbour."""
    found: list[str] = []
    for own in lines:
        place = 0
        for line in own:
            if line.label in found:
                place = found.index(line.label) + 1
            else:
                found.insert(place, line.label)
                place += 1
    return found


def _totals(
    contexts: Sequence[Context], columns: Sequence[Column], plan: PaperTable, aside: bool
) -> list[Row]:
    rows = []
    for number, (quantity, heading) in enumerate(plan.totals.items()):
        figures = [_total(context, quantity) for context in contexts]
        said = phrase(heading)
        left = len(columns) - len(contexts) if aside else 0
        if not aside:
            cells = [EMPTY] * len(columns)
            cells[0] = cell(said)
            place = [c.key for c in columns].index(quantity) if quantity in plan.columns else -1
            cells[place] = figures[0]
        elif left:
            cells = [cell(said), *[EMPTY] * (left - 1), *figures]
        else:
            cells = [replace(figure, lines=(f"{figure.text} {said}",)) for figure in figures]
        rows.append(Row(tuple(cells), rule=number == 0))
    return rows


def _total(context: Context, quantity: str) -> Cell:
    found = analyze(context.network).inference
    value = getattr(found, quantity)
    ways = (
        {value, analyze(context.network).at("").cost.weights} if quantity == "params" else {value}
    )
    made = context.published.cell(context.network, "", quantity, ways)
    return replace(made, value=value) if made else cell(context.figure(value), value)


def _check(spec: Spec, plan: PaperTable, networks: Sequence[Network]) -> None:
    """Check that the columns, variants and rows of a layout exist."""
    known = {*KNOWN, *arguments(spec), "out_channels", "kernel_size"}
    there = {"columns": known, "variants": set(spec.variants), "totals": set(COUNTS)}
    rules = {"columns": "unknown-key", "variants": "unknown-variant", "totals": "unknown-key"}
    wrong = []
    for section, names in there.items():
        asked: Mapping[str, str] = getattr(plan, section)
        for name in asked:
            if name not in names:
                wrong.append(_wrong(spec, rules[section], section, name, sorted(names)))
    ids = {*ENDS}
    for network in networks:
        top = analyze(network).top
        for entry in steps(top, top.body.items):
            ids |= {entry.name}
            for name in (n for names in plan.rows.values() for n in names):
                if name.startswith(f"{entry.name}."):
                    try:
                        descend(entry, name.split(".")[1:])
                        ids.add(name)
                    except KeyError:
                        pass
        ids |= {item.name for item in _skips(network)}
    for label, names_ in plan.rows.items():
        for name in names_:
            if name not in ids and not plan.opened:
                wrong.append(_wrong(spec, "unknown-id", "rows", label, sorted(ids), name))
    if wrong:
        raise SpecError(wrong)


def _skips(network: Network) -> list[Skipped]:
    found: list[Skipped] = []

    def visit(items: Sequence[object]) -> None:
        for item in items:
            if isinstance(item, Skipped):
                found.append(item)
            visit(getattr(item, "items", ()))

    visit(network.root.items)
    return found


def _wrong(
    spec: Spec, rule: str, section: str, key: str, known: Sequence[str], name: str | None = None
) -> Diagnostic:
    what = {"columns": "column", "variants": "variant", "totals": "total", "rows": "step"}[section]
    span = spec.span(("table", section, key), key=name is None)
    message = f"there is no {what} `{name or key}` for a table of `{spec.name}`"
    return Diagnostic(rule, message, span, help=suggest(name or key, known, f"{what}s"))
