"""A keeper who rings for help can say which release it is: version and commit, with git or without."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.version import Release, release_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    return tmp_path


def test_an_image_says_what_it_was_built_from(folder: Path) -> None:
    assert release_of(folder, COMMIT) == Release("1.2.3", COMMIT[:9])
    assert str(release_of(folder, COMMIT)) == "1.2.3 · 012345678"


@pytest.mark.parametrize("commit", ["", "latest", "<script>", "123"])
def test_what_is_no_commit_is_not_shown(folder: Path, commit: str) -> None:
    assert str(release_of(folder, commit)) == "1.2.3"


@pytest.mark.parametrize(
    "files",
    [
        {"HEAD": COMMIT},
        {"HEAD": "ref: refs/heads/main", "refs/heads/main": f"{COMMIT}\n"},
        {"HEAD": "ref: refs/heads/main", "packed-refs": f"# pack-refs\n{'f' * 40} refs/heads/x/main\n{COMMIT} refs/heads/main\n"},
    ],
    ids=["detached", "loose", "packed"],
)  # fmt: skip
def test_a_checkout_says_its_own(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / ".git" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    assert release_of(folder) == Release("1.2.3", COMMIT[:9])


def test_an_unknown_branch_has_none(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/new")

    assert release_of(folder) == Release("1.2.3", "")
