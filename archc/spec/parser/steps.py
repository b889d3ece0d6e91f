"""The steps of a body: calls, joins, sequences, asides, and tables of calls."""

from __future__ import annotations

import keyword
import re
from collections.abc import Container, MutableMapping
from typing import TYPE_CHECKING, Any

from archc.diagnostics import suggest
from archc.ops import OPS
from archc.ops import aliases as foreign
from archc.spec import (
    Argument,
    AsideStep,
    CallStep,
    Expr,
    JoinStep,
    LostStep,
    SequenceStep,
    Step,
    TableStep,
)
from archc.spec.kinds import shown
from archc.spec.naming import (
    FORMS,
    JOINS,
    MODIFIERS,
    MODULE,
    NEEDS,
    PYTHON,
    ChainNames,
    StepNames,
    ids,
    is_link,
    links,
)
from archc.syntax.load import Path

if TYPE_CHECKING:
    from archc.spec.parser import Parser
_EXTRA = {"table": ("columns", "rows"), "aside": ("training_only", "weight")}


class StepParser:
    """Reads the steps of one body."""

    def __init__(
        self, parser: Parser, callables: Container[str], ids: MutableMapping[str, Path]
    ) -> None:
        self.parser = parser
        self.tree = parser.tree
        self.report = parser.report
        self.callables = callables
        """The blocks, and the arguments that may hold one."""
        self.ids = ids
        """Where each name that a step cannot have any more stands; params and arguments first."""

    def body(self, data: list[Any], at: Path, block: bool) -> tuple[Step, ...]:
        """Parse all steps of a body.

        A block of one repeated step is that repeat, and its iterations are 0, 1, ...; the network,
        which has more methods than a repeat's module, gives that step a name.
        """
        whole = block and len(data) == 1 and isinstance(data[0], dict) and "repeat" in data[0]
        if whole and not {"id", "when"} & data[0].keys():
            return self.steps(data, at, ChainNames("", True))
        return self.steps(data, at, StepNames(set(ids(data))))

    def steps(self, data: Any, at: Path, names: StepNames) -> tuple[Step, ...]:
        """A list of steps."""
        if not isinstance(data, list):
            self.parser.wrong_type(at, "a list of steps", data)
            return (LostStep(at=at, name=""),)
        return tuple(self.step(item, (*at, i), names) for i, item in enumerate(data))

    def step(self, data: Any, at: Path, names: StepNames) -> Step:
        """One step: a bare name, or a mapping with one call and its modifiers."""
        if isinstance(data, str):
            if data in NEEDS:
                self.report.add(
                    "bad-step",
                    f"`{data}` needs {NEEDS[data]}",
                    self.tree.span(at),
                    help=f"write `{data}:` and give it that",
                )
                return LostStep(at=at, name="")
            return CallStep(at=at, name=names.take(data), call=data)
        if not isinstance(data, dict):
            self.parser.wrong_type(at, "a step: a name, or a mapping such as `conv: {...}`", data)
            return LostStep(at=at, name="")
        call = self.call_key(data, at)
        if call is None:
            own_id = data.get("id")
            return LostStep(at=at, name="", id=own_id if isinstance(own_id, str) else None)
        for key in data:
            if key != call and key not in (*MODIFIERS, *_EXTRA.get(call, ())):
                self.extra_key(key, call, at)
        own_id = self.own_id(data, at)
        if call == "sequence" and "repeat" not in data:
            name = own_id or "sequence"
        elif call in ("table", "aside") and own_id is None:
            name = call
        else:
            name = own_id or names.take(call)
        common: dict[str, Any] = {
            "at": at,
            "name": name,
            "id": own_id,
            "sources": self.parser.ids(data["from"], (*at, "from")) if "from" in data else None,
            "when": self.modifier(data, "when", at),
            "repeat": self.modifier(data, "repeat", at),
            "places": {"from": (*at, "from")},
        }
        here = (*at, call)
        if call == "sequence":
            inner = names if common["repeat"] is None else StepNames(set(ids(data[call])))
            return SequenceStep(**common, steps=self.steps(data[call], here, inner))
        if call == "table":
            return _table(self, data, at, common, names)
        if call == "aside":
            return self.aside(data, at, common, names)
        if call in JOINS:
            return self.join(call, data[call], here, common, names)
        args = self.arguments(data[call], here, call)
        if args is None:
            return LostStep(**common)
        common["places"] |= {key: (*here, key) for key in args}
        return CallStep(**common, call=call, args=args)

    def call_key(self, data: dict[str, Any], at: Path) -> str | None:
        """The key that says what the step does."""
        keys = [key for key in data if key not in MODIFIERS]
        known = [key for key in keys if key in OPS or key in FORMS or key in self.callables]
        if len(known) == 1:
            return known[0]
        if len(known) > 1:
            both = " and ".join(f"`{key}`" for key in known)
            self.report.add(
                "bad-step",
                f"a step does one thing, and this one has {both}",
                self.tree.span((*at, known[1]), key=True),
                help=f"make it a step of its own: `- {known[1]}: ...`",
            )
        elif len(keys) >= 1:
            return keys[0]  # the name check says that nothing is called so
        else:
            self.report.add(
                "bad-step",
                "a step needs an op or a block beside its modifiers",
                self.tree.span((*at, next(iter(data))), key=True) if data else self.tree.span(at),
            )
        return None

    def extra_key(self, key: str, call: str, at: Path) -> None:
        """A key that the step does not have: often an argument that slipped out."""
        extra = _EXTRA.get(call, ())
        help = suggest(key, [*MODIFIERS, *extra], "modifiers")
        if argument := foreign.argument(key, self.parser.arguments_of(call)):
            help = f"`{argument}` is an argument of `{call}`: write `{call}: {{{argument}: ...}}`"
        elif owner := next((form for form, keys in _EXTRA.items() if key in keys), None):
            help = f"`{key}` belongs to `{owner}`"
        self.report.add(
            "unknown-key",
            f"a step has no modifier `{key}`",
            self.tree.span((*at, key), key=True),
            help=help,
        )

    def own_id(self, data: dict[str, Any], at: Path) -> str | None:
        """The step's id, which no other step of the body may have."""
        if data.get("id") is None:
            return None
        own_id = data["id"]
        if not isinstance(own_id, str):
            self.parser.wrong_type((*at, "id"), "an id", own_id)
            return None
        self.claim(own_id, (*at, "id"))
        return own_id

    def claim(self, name: str, at: Path) -> None:
        """An id, or a branch's name, is given once in a body."""
        if not name.isidentifier() or keyword.iskeyword(name):
            self.report.add(
                "bad-name",
                f"the name of a step or a branch must be a Python name, and `{name}` is not one",
                self.tree.span(at, key=at[-1] == name),
                help=f"such as `{fixed}`" if (fixed := _identifier(name)) else "",
            )
        elif reason := _taken(name):
            self.report.add(
                "bad-name",
                f"no step can be called `{name}`: {reason}",
                self.tree.span(at, key=at[-1] == name),
            )
        elif name in self.ids:
            first = self.tree.span(self.ids[name], key=True)
            span = self.tree.span(at, key=at[-1] == name)
            where = f"in line {first.line}" if first.source is span.source else f"at {first}"
            self.report.add(
                "duplicate-id",
                f"the name `{name}` is already taken here",
                span,
                notes=[f"the first stands {where}"],
            )
        self.ids.setdefault(name, at)

    def modifier(self, data: dict[str, Any], key: str, at: Path) -> Expr | None:
        """The expression of `when` or `repeat`."""
        return self.parser.expression(data[key], (*at, key)) if key in data else None

    def arguments(self, data: Any, at: Path, call: str) -> dict[str, Argument] | None:
        """What a call is given; None if that cannot be read."""
        if data is None:
            return {}
        if not isinstance(data, dict):
            if call not in OPS and call not in self.callables:
                return {}  # the name check says that nothing is called so
            help = _named(call, data, self.parser.arguments_of(call))
            self.parser.wrong_type(at, f"a mapping of `{call}`'s arguments", data, help)
            return None
        return {key: self.parser.argument(value, (*at, key)) for key, value in data.items()}

    def join(
        self, call: str, data: Any, at: Path, common: dict[str, Any], names: StepNames
    ) -> Step:
        """Branches by name, or a list of ids."""
        if isinstance(data, list):
            if common["sources"]:
                self.report.add(
                    "bad-step",
                    f"`{call}` has its inputs already",
                    self.tree.span((*at[:-1], "from"), key=True),
                    help="take `from` away, or put its ids in the list",
                )
            if (ids := self.parser.ids(data, at)) is None:
                return LostStep(**common)
            common["places"]["from"] = at
            return JoinStep(**common, call=call, ids=ids)
        if not isinstance(data, dict) or not data:
            self.parser.wrong_type(at, "branches (`name: [steps]`), or a list of ids", data)
            return LostStep(**common)
        branches, chains, repeats = {}, set(), {}
        for name, steps in data.items():
            here = (*at, name)
            self.claim(name, here)
            if isinstance(steps, dict):
                branches[name], count = self.side_by_side(steps, here, name)
                chains.add(name)
                if count is not None:
                    repeats[name] = count
                continue
            flat = list(links(steps)) if isinstance(steps, list) else []
            if all(is_link(step, first=k == 0) for k, step in enumerate(flat)):
                chains.add(name)
                branches[name] = self.steps(steps, here, ChainNames(name, len(flat) == 1))
            else:
                branches[name] = self.steps(steps, here, names)
        return JoinStep(
            **common, call=call, branches=branches, chains=frozenset(chains), repeats=repeats
        )

    def side_by_side(
        self, data: dict[str, Any], at: Path, name: str
    ) -> tuple[tuple[Step, ...], Expr | None]:
        """A branch with `repeat`: its steps, and how many of it run side by side."""
        known = ("repeat", "steps")
        missing = [key for key in known if key not in data]
        if missing == [*known]:
            self.parser.wrong_type(at, "a list of steps", data)
            return (LostStep(at=at, name=""),), None
        for key in data:
            if key not in known:
                self.report.add(
                    "unknown-key",
                    f"a branch that is repeated has no `{key}`",
                    self.tree.span((*at, key), key=True),
                    help=suggest(key, known, "keys"),
                )
        if missing:
            self.report.add(
                "missing-key",
                f"a branch that is repeated needs `{missing[0]}`",
                self.tree.span(at, key=True),
                help=f"write `{name}: {{repeat: 4, steps: [...]}}`, or a list for one branch",
            )
            return (LostStep(at=at, name=""),), None
        steps, here = data["steps"], (*at, "steps")
        flat = list(links(steps)) if isinstance(steps, list) else []
        if steps == [] or not all(is_link(step) for step in flat):
            self.report.add(
                "bad-step",
                "a branch that is repeated is a chain of steps without ids, joins or `from`",
                self.tree.span(at, key=True),
                help="make these steps a block",
            )
            return (LostStep(at=at, name=""),), None
        places = ChainNames(name, len(flat) == 1)
        return self.steps(steps, here, places), self.modifier(data, "repeat", at)

    def aside(
        self, data: dict[str, Any], at: Path, common: dict[str, Any], names: StepNames
    ) -> Step:
        """Steps beside the main flow; with an id they are a chain of that name."""
        training_only, weight = data.get("training_only", False), data.get("weight")
        if common["repeat"] is not None:
            self.report.add(
                "bad-step",
                "an `aside` cannot be repeated",
                self.tree.span((*at, "repeat"), key=True),
            )
            common["repeat"] = None
        if not isinstance(training_only, bool):
            self.parser.wrong_type((*at, "training_only"), "true or false", training_only)
        if weight is not None and (isinstance(weight, bool) or not isinstance(weight, int | float)):
            self.parser.wrong_type((*at, "weight"), "a number", weight)
        steps = data["aside"]
        flat = list(links(steps)) if isinstance(steps, list) else []
        chain = bool(common["id"]) and all(is_link(s, first=k == 0) for k, s in enumerate(flat))
        if chain:
            names = ChainNames(common["id"], len(flat) == 1)
        return AsideStep(
            **common,
            steps=self.steps(steps, (*at, "aside"), names),
            chain=chain,
            training_only=training_only is True,
            weight=weight,
        )


def _table(
    body: StepParser, data: dict[str, Any], at: Path, common: dict[str, Any], names: StepNames
) -> Step:
    """One call a row; the columns are arguments and modifiers."""
    call: Any = data["table"]
    columns: Any = data.get("columns")
    rows: Any = data.get("rows")
    missing = [key for key in ("columns", "rows") if key not in data]
    if missing:
        listed = " and ".join(f"`{key}`" for key in missing)
        body.report.add(
            "missing-key",
            f"a table needs {listed}",
            body.tree.span((*at, "table"), key=True),
        )
    readable = not missing
    if not isinstance(call, str):
        body.parser.wrong_type((*at, "table"), "the name of a block or an op", call)
        readable = False
    elif call in NEEDS:
        body.report.add(
            "bad-step",
            f"a table calls a block or an op with arguments, and `{call}` has none",
            body.tree.span((*at, "table")),
        )
        readable = False
    if "columns" in data and not (
        isinstance(columns, list) and columns and all(isinstance(c, str) for c in columns)
    ):
        body.parser.wrong_type((*at, "columns"), "a list of argument names", columns)
        readable = False
    if "rows" in data and not (isinstance(rows, list) and rows):
        body.parser.wrong_type((*at, "rows"), "a list of rows", rows)
        readable = False
    if not readable:
        return LostStep(**common)
    for i, column in enumerate(columns):
        if column in columns[:i]:
            place = body.tree.span((*at, "columns", i))
            body.report.add("bad-table", f"the column `{column}` stands twice", place)
    steps = [
        _row(body, row, (*at, "rows", i), call, columns, names)
        if isinstance(row, list)
        else body.step(row, (*at, "rows", i), names)
        for i, row in enumerate(rows)
    ]
    return TableStep(**common, call=call, columns=tuple(columns), rows=tuple(steps))


def _row(
    body: StepParser, row: list[Any], at: Path, call: str, columns: list[str], names: StepNames
) -> Step:
    """A row of a table as the call that it stands for."""
    if len(row) != len(columns):
        given = f"{len(row)} cell{'s' * (len(row) != 1)}"
        body.report.add(
            "bad-table",
            f"the row has {given}, and there are {len(columns)} columns",
            body.tree.span(at),
            help=f"columns: {', '.join(columns)}",
        )
        return LostStep(at=at, name="")
    cells = {column: (row[i], (*at, i)) for i, column in enumerate(columns)}
    own_id = None
    if "id" in cells and cells["id"][0] is not None:
        own_id, id_at = cells["id"]
        if isinstance(own_id, str):
            body.claim(own_id, id_at)
        else:
            body.parser.wrong_type(id_at, "an id", own_id)
            own_id = None
    modifiers = {
        key: body.parser.expression(*cells[key])
        for key in ("when", "repeat")
        if key in cells and cells[key][0] is not None
    }
    named = "from" in cells and cells["from"][0] is not None
    sources = body.parser.ids(*cells["from"]) if named else None
    args = {
        key: body.parser.argument(*cell)
        for key, cell in cells.items()
        if key not in MODIFIERS and cell[0] is not None
    }
    return CallStep(
        at=at,
        name=own_id or names.take(call),
        id=own_id,
        sources=sources,
        call=call,
        args=args,
        table=at[:-2],
        places={key: cell[1] for key, cell in cells.items()},
        **modifiers,
    )


def _taken(name: str) -> str:
    """Why generated code cannot give a step this name; empty if it can."""
    if name in MODULE:
        return "every PyTorch module has that name already"
    if name.startswith("_"):
        return "PyTorch's own names begin with `_`"
    return "generated code uses that name" if name in PYTHON else ""


def _named(call: str, data: Any, known: list[str]) -> str:
    """How values that are given by position are written by name, if they are that."""
    given = data if isinstance(data, list) else [data]
    if not 0 < len(given) <= len(known) or any(isinstance(each, dict | list) for each in given):
        return f"its arguments: {', '.join(known)}" if known else f"`{call}` takes no arguments"
    written = ", ".join(
        f"{name}: {shown(value)}" for name, value in zip(known, given, strict=False)
    )
    return f"name each: `{call}: {{{written}}}`"


def _identifier(name: str) -> str | None:
    """The name with `_` for what cannot stand in one, or None."""
    fixed = re.sub(r"\W", "_", name.strip())
    return fixed if fixed.isidentifier() and not keyword.iskeyword(fixed) else None
