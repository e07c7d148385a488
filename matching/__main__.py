"""Command line: solve a published instance or a problem file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from matching import darp
from matching.check import check
from matching.codec import dumps, encode, loads
from matching.engines import current, why_interpreted
from matching.errors import MatchingError
from matching.problem import Problem
from matching.solve import solve


def main(arguments: list[str] | None = None) -> int:
    """Run one command; errors end with one sentence and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m matching", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, helps in (("darp", "solve a published dial-a-ride instance"), ("solve", "solve a problem file")):
        command = commands.add_parser(name, help=helps)
        command.add_argument("file", type=Path)
        command.add_argument("--seconds", type=float)
        command.add_argument("--iterations", type=int)
        command.add_argument("--seed", type=int, default=0)
        command.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    if options.seconds is None and options.iterations is None:
        options.seconds = 10.0
    if why := why_interpreted():
        sys.stderr.write(
            f"Interpreted, because {why}: the plan is the insertion plan, which the search would improve.\n"
        )
    try:
        text = solve_darp(options) if options.command == "darp" else solve_problem(options)
    except (MatchingError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if options.json is not None:
        options.json.write_text(text)
    else:
        sys.stdout.write(text + "\n")
    return 0


def solve_darp(options: argparse.Namespace) -> str:
    """Solve an instance file and say what it cost."""
    engine = current()
    result = darp.solve_file(
        options.file, seconds=options.seconds, iterations=options.iterations, seed=options.seed, engine=engine
    )
    sys.stderr.write(f"{result['instance']}: cost {result['cost']:.2f}, unserved {len(result['unserved'])}\n")
    return json.dumps(result)


def solve_problem(options: argparse.Namespace) -> str:
    """Solve a problem file and check the plan."""
    problem = loads(options.file.read_text(), Problem)
    plan = solve(problem, seed=options.seed, iterations=options.iterations, seconds=options.seconds)
    violations = [encode(violation) for violation in check(problem, plan)]
    sys.stderr.write(f"arranged {plan.statistics.arranged} of {plan.statistics.requests}\n")
    return json.dumps({"plan": json.loads(dumps(plan)), "violations": violations}, ensure_ascii=False)


if __name__ == "__main__":
    raise SystemExit(main())
