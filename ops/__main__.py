"""Choose what `./dev WORD` does."""

from __future__ import annotations

import sys
from importlib import import_module

from ops.say import Refused, result

COMMANDS = {
    "up": ("ops.up", "main", "start everything, until Ctrl-C"),
    "test": ("ops.testing", "main", "all tests, or one group: ./dev test unit -k pass"),
    "shots": ("ops.testing", "shots", "make the pictures of docs/pictures anew, and of every page at every size"),
    "bench": ("ops.bench", "main", "measure a part by itself: ./dev bench engine"),
    "trust": ("ops.trust", "main", "how far the tests can be trusted: ./dev trust mutants, ./dev trust coverage"),
    "check": ("ops.check", "main", "style, types, layers, migrations, locks, generated pages"),
    "manage": ("ops.commands", "manage", "any Django command"),
    "python": ("ops.commands", "python", "the environment's Python"),
    "doctor": ("ops.doctor", "main", "what is missing on this machine, and what mends it"),
    "lock": ("ops.commands", "lock", "make the lock files anew from pyproject.toml"),
    "secrets": ("ops.commands", "secrets", "make the secret files of a production installation: ./dev secrets FOLDER"),
    "run": ("ops.commands", "run", "one process of the product, for containers and units"),
}


def main() -> int:
    """Run the command; a refusal is one sentence on standard error."""
    word, arguments = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if word not in COMMANDS:
        result("./dev WORD, where WORD is one of:\n" + "\n".join(f"  {w:8} {c[2]}" for w, c in COMMANDS.items()))
        return 0 if word in ("", "help", "-h", "--help") else 2
    module, function, _ = COMMANDS[word]
    try:
        return int(getattr(import_module(module), function)(arguments))
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
