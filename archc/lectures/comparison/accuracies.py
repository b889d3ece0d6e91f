"""Reads published accuracies, by source and data set, from `accuracies.yaml` and similar files."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, ValidationError, model_validator

from archc.diagnostics import Report, SpecError, suggest
from archc.document.translation import N_
from archc.spec.header import Record
from archc.syntax.load import SourceTree, load

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Metric: TypeAlias = Literal["top1", "top5"]
Crop: TypeAlias = Literal["single", "10-crop", "multi-crop", "whole", "ensemble"]
METRICS: Mapping[Metric, str] = N_({"top1": "top-1 (%)", "top5": "top-5 (%)"})
CROPS: Mapping[str, str] = N_(
    {
        "single": "single crop",
        "10-crop": "10 crops",
        "multi-crop": "multiple crops",
        "whole": "whole pictures",
        "ensemble": "ensemble",
    }
)
"""The names of the ways to measure, for readers."""
Percent = Annotated[float, Field(ge=0, le=100)]

EXPECTED = {
    "literal_error": "one of {expected}",
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "a text",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "tuple_type": "a list",
}
"""What pydantic expects, by what it calls the error."""


class Result(Record):
    """The results of one network in per cent; a source prints accuracies or errors."""

    top1: Percent | None = None
    top5: Percent | None = None
    top1_error: Percent | None = None
    top5_error: Percent | None = None
    input: Annotated[int, Field(ge=1)] | None = None
    """Height and width of the pictures, where they are not those of the network's input."""
    note: str = ""

    @model_validator(mode="after")
    def _says_something_once(self) -> Result:
        for metric in ("top1", "top5"):
            if None not in (getattr(self, metric), getattr(self, f"{metric}_error")):
                raise ValueError(f"`{metric}` and `{metric}_error` say the same: keep one of them")
        if self.of("top1") is None and self.of("top5") is None:
            raise ValueError("a result has one of top1, top5, top1_error, top5_error")
        return self

    def of(self, metric: Metric) -> float | None:
        """The accuracy; 100 minus the error if the source prints errors."""
        error: float | None = getattr(self, f"{metric}_error")
        found: float | None = getattr(self, metric)
        return found if error is None else round(100 - error, 6)


class Source(Record):
    """A publication with results on one data set, all measured in one way."""

    id: str
    title: str
    url: str = ""
    data: str
    crop: Crop = "single"
    results: Mapping[str, Result]
    """The results by the name of the network: `resnet:resnet50`."""


class Accuracies(Record):
    """A file of accuracies."""

    accuracies: Literal[1]
    sources: tuple[Source, ...]


@cache
def published() -> tuple[Source, ...]:
    """The accuracies that archc ships."""
    with resources.as_file(
        resources.files("archc.lectures.comparison").joinpath("accuracies.yaml")
    ) as path:
        return read(path)


def read(path: str | os.PathLike[str]) -> tuple[Source, ...]:
    """The sources of a file.

    Raises:
        SpecError: with everything that is wrong in it.
    """
    document, report = load(path), Report()
    try:
        found = Accuracies.model_validate(document.data).sources
    except ValidationError as errors:
        for error in errors.errors():
            _tell(error, document, report)
        raise SpecError(report.diagnostics) from None
    for k, source in enumerate(found):
        if source.id in [other.id for other in found[:k]]:
            span = document.span(("sources", k, "id"))
            report.add("duplicate-id", f"another source is called `{source.id}`", span)
    report.raise_if_any()
    return found


def _tell(error: ErrorDetails, document: SourceTree, report: Report) -> None:
    """Report the errors that pydantic found."""
    loc, kind = error["loc"], error["type"]
    context = error.get("ctx", {})
    last = str(loc[-1]) if loc else ""
    if kind == "extra_forbidden":
        records: dict[int, type[Record]] = {1: Accuracies, 3: Source}
        help = suggest(last, records.get(len(loc), Result).model_fields, "known here")
        span = document.span(loc, key=True)
        report.add("unknown-key", f"`{last}` means nothing here", span, help=help)
    elif kind == "missing":
        report.add("missing-key", f"`{last}` is missing here", document.span(loc))
    elif kind == "value_error":
        report.add("bad-value", str(context["error"]), document.span(loc))
    elif kind in ("greater_than_equal", "less_than_equal"):
        bound = "at least" if kind.startswith("greater") else "at most"
        limit = context.get("ge", context.get("le", 0))
        span = document.span(loc)
        report.add("bad-value", f"`{last}` is {bound} {limit:g}, not {error['input']}", span)
    else:
        expected = EXPECTED.get(kind, "something else").format(
            expected=re.sub("'", "`", context.get("expected", ""))
        )
        message = f"`{last}` is {expected}" if last else "a file of accuracies is a mapping"
        report.add("wrong-type", message, document.span(loc))
