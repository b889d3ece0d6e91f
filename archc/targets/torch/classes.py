"""Network -> the plans of its classes: the uses of each block merged into as few as possible."""

from __future__ import annotations

from typing import Any

from archc.expr import grammar
from archc.expr.sizes import plain
from archc.network import Body, Network, inner_bodies
from archc.network.symbolic import Tracer, Use
from archc.targets.torch.generalise import Conflict
from archc.targets.torch.merge import Merger
from archc.targets.torch.names import camel_case, class_name
from archc.targets.torch.plan import ClassPlan


def plan_classes(network: Network) -> tuple[list[ClassPlan], frozenset[str]]:
    """The classes of a network, itself last, and the params that stay constructor arguments."""
    rules = network.spec.functions.values()  # the file's functions do not take any param
    ruled = {name.id for rule in rules for name, _ in grammar.names(rule.body)}
    free = frozenset(
        name
        for name, value in network.params.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and name not in ruled
    )
    while True:
        planner = Planner(network, free)
        classes = planner.classes()
        if not (fixed := planner.fixed & free):
            return classes, free
        free -= fixed


class Planner:
    """Groups the uses of each block into classes."""

    def __init__(self, network: Network, free: frozenset[str]) -> None:
        self.network = network
        self.tracer = Tracer(network, free)
        self.plans: dict[Any, ClassPlan] = {}
        self.fixed: set[str] = set()

    def classes(self) -> list[ClassPlan]:
        """Every class, inner ones first."""
        kinds: dict[Any, list[Body]] = {}
        for body in self.network.bodies():
            if body.block.name in self.network.spec.blocks or body is self.network.root:
                kinds.setdefault(_kind(body), []).append(body)
        height = self.heights()
        found: list[ClassPlan] = []
        for kind in sorted(kinds, key=lambda kind: max(height[body] for body in kinds[kind])):
            found += self.split([self.tracer.trace(body) for body in kinds[kind]])
        self.name(found)
        return found

    def heights(self) -> dict[Body, int]:
        """The greatest number of levels of blocks inside each body's block."""
        of_block: dict[str, int] = {}
        for body in self.network.bodies():
            inner = [of_block[b.block.name] for item in body.flow() for b in inner_bodies(item)]
            height = 1 + max(inner, default=0)
            of_block[body.block.name] = max(height, of_block.get(body.block.name, 0))
        return {body: of_block[body.block.name] for body in self.network.bodies()}

    def split(self, uses: list[Use]) -> list[ClassPlan]:
        """One class for all uses where that is possible, else greedily a few."""
        try:
            plans = [self.merge(uses)]
        except Conflict:
            plans = []
            for use in uses:
                self.add(use, plans)
        for made in plans:
            for use in made.uses:
                self.plans[_key(use.body)] = made
        return plans

    def add(self, use: Use, plans: list[ClassPlan]) -> None:
        """Add a use to the first class that can serve it too, else begin another class."""
        for k, made in enumerate(plans):
            try:
                plans[k] = self.merge([*made.uses, use])
            except Conflict:
                continue
            return
        plans.append(self.merge([use]))

    def merge(self, uses: list[Use]) -> ClassPlan:
        """The class that serves these uses."""
        merger = Merger(uses, self.lookup)
        made = merger.merge()
        self.fixed |= merger.fixed
        return made

    def lookup(self, body: Body) -> ClassPlan:
        """The class of a body, traced or not."""
        return self.plans[_key(body)]

    def name(self, plans: list[ClassPlan]) -> None:
        """Give every class a name of its own."""
        taken: set[str] = {class_name(self.network)}
        firsts: dict[str, ClassPlan] = {}
        for made in plans:
            if made.block is self.network.spec.network:
                made.name = class_name(self.network)
                continue
            base = camel_case(made.block.name)
            base = base if base not in taken or base != class_name(self.network) else f"{base}Block"
            first = firsts.setdefault(base, made)
            name = base + "".join(camel_case(word) for word in _other_words(made, first))
            base, number = name, 1
            while name in taken:
                number += 1
                name = f"{base}{number}"
            taken.add(name)
            made.name = name


def _kind(body: Body) -> Any:
    """Uses that may share a class: the same block, and the same words and blocks."""
    texts = [
        (name, str(plain(value))) for name, value in body.args.items() if isinstance(value, str)
    ]
    return (body.block.name, tuple(texts))


def _other_words(made: ClassPlan, first: ClassPlan) -> list[str]:
    """The words and blocks that a class is given, where the first of its block is given others."""
    given, usual = made.uses[0].body.args, first.uses[0].body.args
    return [str(v) for k, v in given.items() if isinstance(v, str) and v != usual[k]]


def _key(body: Body) -> Any:
    return (body.block.name, _fixed(tuple(body.args.values())), _fixed(body.inputs))


def _fixed(value: Any) -> Any:
    """A hashable value, equal whether traced or not."""
    if isinstance(value, list | tuple):
        return tuple(_fixed(part) for part in value)
    return plain(value)
