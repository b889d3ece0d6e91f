"""The kinds of value that fields of ops take.

Strict where YAML is not: `true` is no 1, `"3"` no 3 and 64.0 no 64. A width that comes out of an
expression as 64.0 should be rounded where the reader sees it.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

Positive: TypeAlias = Annotated[int, Field(ge=1, strict=True)]
Integer: TypeAlias = Annotated[int, Field(strict=True)]
Natural: TypeAlias = Annotated[int, Field(ge=0, strict=True)]
Flag: TypeAlias = Annotated[bool, Field(strict=True)]
Rate: TypeAlias = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]
"""A probability."""
Small: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False, strict=True)]
"""A positive real number, such as the epsilon that keeps a division finite."""
Real: TypeAlias = Annotated[float, Field(allow_inf_nan=False, strict=True)]

Positives: TypeAlias = Positive | tuple[Positive, Positive]
"""One number for both directions, or `[height, width]`."""
Naturals: TypeAlias = Natural | tuple[Natural, Natural]
Same: TypeAlias = Literal["same"]
Row: TypeAlias = Annotated[tuple[Natural, ...], Field(min_length=1)]
Table: TypeAlias = Annotated[tuple[Row, ...], Field(min_length=1)]
"""Rows of numbers, of any lengths but 0."""
