"""Translations are compiled by whoever comes first, and by several at once without harm."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ops.places import ROOT

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
COMPILE = (
    "import sys; from pathlib import Path; from ops.messages import compile_messages; compile_messages(Path({!r}))"
)


def test_several_commands_compile_at_once(tmp_path: Path) -> None:
    """Two commands of one checkout shared the name of the unfinished file, and the slower one fell."""
    source = tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(HEAD + "".join(f'msgid "{n}号"\nmsgstr "no. {n}"\n\n' for n in range(4000)), encoding="utf-8")

    command = [sys.executable, "-c", COMPILE.format(str(tmp_path))]
    running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(6)]
    said = [each.communicate()[1] for each in running]

    assert [each.returncode for each in running] == [0] * 6, said
    assert [path.name for path in sorted(source.parent.iterdir())] == ["django.mo", "django.po"]
