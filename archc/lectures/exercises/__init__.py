"""Exercise sheets: a table with blanks, its key, and answers marked cell by cell."""

from archc.lectures.exercises.exercise import BLANKS, Exercise, blank, key, layout, read
from archc.lectures.exercises.grade import BadSheet, Mark, grade, marks_table

__all__ = [
    "BLANKS",
    "BadSheet",
    "Exercise",
    "Mark",
    "blank",
    "grade",
    "key",
    "layout",
    "marks_table",
    "read",
]
