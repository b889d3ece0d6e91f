"""Matrices and pairs of numbers as they are written on a command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

MOST = 24
"""Rows and columns that can still be read in a figure."""


def matrix(written: str, option: str) -> tuple[tuple[float, ...], ...]:
    """`'1 0; 0 1'`, `[[1, 0], [0, 1]]`, or a file of either or of CSV."""
    text = written
    try:
        if Path(written).is_file():
            text = Path(written).read_text(encoding="utf-8")
        if text.lstrip().startswith("["):
            rows = json.loads(text)
        else:
            lines = text.strip().replace(";", "\n").splitlines()
            rows = [line.replace(",", " ").split() for line in lines if line.strip()]
        numbers = tuple(tuple(_number(cell) for cell in row) for row in rows)
    except (OSError, ValueError, TypeError):
        raise typer.BadParameter(f"`{written}` is no matrix", param_hint=option) from None
    if not numbers or not numbers[0] or len({len(row) for row in numbers}) > 1:
        raise typer.BadParameter("the rows of a matrix are equally long", param_hint=option)
    if max(len(numbers), len(numbers[0])) > MOST:
        raise typer.BadParameter(f"more than {MOST} rows or columns", param_hint=option)
    return numbers


def _number(cell: Any) -> float:
    value = float(cell)
    if value != value or abs(value) == float("inf"):
        raise ValueError(cell)
    return int(value) if value.is_integer() else value


def pair(written: str, option: str, least: int = 0) -> tuple[int, int]:
    """`2` for both directions, or `2,1`."""
    parts = written.split(",")
    try:
        numbers = [int(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2) or min(numbers) < least:
        message = f"`{written}` is no whole number, or two, of {least} or more"
        raise typer.BadParameter(message, param_hint=option)
    return numbers[0], numbers[-1]
