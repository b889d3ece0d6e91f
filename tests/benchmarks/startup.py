"""What archc costs as a whole process: CPU seconds, user and system, children included.

    python -m tests.benchmarks.startup

Each command runs `ROUNDS` times, in turn with the others; the median counts. Run it on an idle
machine: a busy one adds a half, as cores share their caches and their clock.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

from tests.paths import ROOT

ROUNDS = 9
GOALS = {
    "--help": 0.15,
    "validate specs/googlenet.yaml": 0.40,
    "analyze googlenet": 0.45,
    "compile googlenet -o OUT": 0.75,
}
"""CPU seconds that a command may take."""
ALL = "compile --all -o OUT"
ALL_GOAL = 45.0
"""CPU seconds for every network that archc carries; run once, with `--all`."""


def main() -> None:
    """Print each command's median beside its goal."""
    times: dict[str, list[float]] = {command: [] for command in GOALS}
    for _ in range(ROUNDS + 1):
        for command, taken in times.items():
            taken.append(seconds(command))
    for command, taken in times.items():
        # The first round compiles what has changed since the last run.
        print(f"{command:32} {statistics.median(taken[1:]):6.2f} s (goal {GOALS[command]:.2f})")
    if "--all" in sys.argv[1:]:
        print(f"{ALL:32} {seconds(ALL):6.2f} s (goal {ALL_GOAL:.2f})")


def seconds(command: str) -> float:
    """The CPU seconds of one command, and of the processes that it starts."""
    before = os.times()
    with tempfile.TemporaryDirectory() as out:
        arguments = command.replace("OUT", out).split()
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        subprocess.run(
            [sys.executable, "-m", "archc", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    after = os.times()
    return (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )


if __name__ == "__main__":
    main()
