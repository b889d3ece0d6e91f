"""A table as HTML that needs no style sheet."""

from __future__ import annotations

from html import escape

from archc.lectures.tables.sheet import Bracket, Cell, Row, Sheet, Side

_PAIR = "display:inline-block;vertical-align:middle;line-height:1.25;text-align:center"
_EDGE = "display:inline-block;vertical-align:middle;width:.3em;align-self:stretch"
_LEFT = f"{_EDGE};border:solid;border-width:1px 0 1px 1px"
_RIGHT = f"{_EDGE};border:solid;border-width:1px 1px 1px 0"
_BOTH = "display:inline-flex;vertical-align:middle;padding:.15em 0"
_RULE = "1px solid currentColor"
_TABLE = f"border-collapse:collapse;border-top:{_RULE};border-bottom:{_RULE}"
_HEAD = f"padding:.1em .5em;border-bottom:{_RULE};text-align"
_CELL = "padding:.1em .5em;white-space:nowrap;text-align"


def write(sheet: Sheet) -> str:
    """The table and its footnotes."""
    sides = [column.side for column in sheet.columns]
    head = "".join(
        f'<th style="{_HEAD}:{side}">{escape(column.heading)}</th>'
        for column, side in zip(sheet.columns, sides, strict=True)
    )
    rows = "\n".join(_row(row, sides) for row in sheet.rows)
    notes = "<br>\n".join(f"{_raised(mark)} {escape(text)}" for mark, text in sheet.notes)
    about = f"<p>{escape(sheet.about)}</p>\n" if sheet.about else ""
    about = (f"<!-- {escape(sheet.origin)} -->\n" if sheet.origin else "") + about
    table = f'<table class="archc" style="{_TABLE}">\n<thead><tr>{head}</tr></thead>\n'
    body = f"<tbody>\n{rows}\n</tbody>\n</table>\n"
    return about + table + body + (f"<small>{notes}</small>\n" if notes else "")


def _row(row: Row, sides: list[Side]) -> str:
    cells, place = [], 0
    for cell in row.cells:
        side: Side = "center" if cell.span > 1 else sides[place]
        span = f' colspan="{cell.span}"' if cell.span > 1 else ""
        cells.append(f"<td{span}{_style(side)}>{_text(cell)}</td>")
        place += cell.span
    return f"<tr>{''.join(cells)}</tr>"


def _style(side: Side) -> str:
    return f' style="{_CELL}:{side}"'


def _raised(mark: str) -> str:
    return f'<sup style="line-height:0">{mark}</sup>'


def _text(cell: Cell) -> str:
    parts = (escape(p) if isinstance(p, str) else _bracket(p) for p in cell.parts)
    return "<br>".join(parts) + (_raised(cell.mark) if cell.mark else "")


def _bracket(bracket: Bracket) -> str:
    lines = "<br>".join(map(escape, bracket.lines))
    edge = '<span style="{}"></span>'.format
    inside = f'<span style="{_PAIR}">{lines}</span>'
    return f'<span style="{_BOTH}">{edge(_LEFT)}{inside}{edge(_RIGHT)}</span> × {bracket.times}'
