"""A pass's code as a guard's phone photographs it: turned, small, dim, blurred, glaring, off a screen."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFilter

SIZE = (960, 720)
PAPER, DESK = 255, 120
Shot = Callable[[str], Image.Image]


def _code(text: str, side: int, *, dark: int = 0, light: int = 255) -> Image.Image:
    rows = np.array([list(row) for row in segno.make(text, error="m", micro=False, boost_error=False).matrix])
    drawn = Image.fromarray(np.where(np.pad(rows, 4), dark, light).astype("uint8"))
    large = drawn.resize((drawn.width * 12, drawn.height * 12), Image.Resampling.NEAREST)
    return large.resize((side, side), Image.Resampling.LANCZOS)


def shot(text: str, *, side: int = 420, angle: float = 0, dark: int = 0, light: int = 255) -> Image.Image:
    """Lay the code on a desk, turned."""
    desk = Image.new("L", SIZE, min(DESK, light))
    code = _code(text, side, dark=dark, light=light).rotate(
        angle, Image.Resampling.BICUBIC, expand=True, fillcolor=min(DESK, light)
    )
    desk.paste(code, ((SIZE[0] - code.width) // 2, (SIZE[1] - code.height) // 2))
    return desk


def noisy(picture: Image.Image, spread: float, seed: int = 8) -> Image.Image:
    """Add the grain of a cheap sensor."""
    grain = np.random.default_rng(seed).normal(0, spread, (picture.height, picture.width))
    return Image.fromarray(np.clip(np.asarray(picture, dtype=float) + grain, 0, 255).astype("uint8"))


def off_a_screen(picture: Image.Image, *, period: float = 3.3, angle: float = 7, depth: float = 0.45) -> Image.Image:
    """Lay the stripes of a screen's pixels, seen through a camera's, over the picture."""
    y, x = np.mgrid[0 : picture.height, 0 : picture.width]
    turn = math.radians(angle)
    u, v = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    grid = 1 - depth * (
        0.5 + 0.25 * np.sin(2 * math.pi * u / period) + 0.25 * np.sin(2 * math.pi * v / (period * 1.07))
    )
    slow = 1 - 0.15 * (0.5 + 0.5 * np.sin(2 * math.pi * (u + v) / 90))
    return Image.fromarray(np.clip(np.asarray(picture, dtype=float) * grid * slow, 0, 255).astype("uint8"))


def leaning(picture: Image.Image, by: float = 0.18) -> Image.Image:
    """Look at the picture from the side."""
    w, h = picture.size
    return picture.transform(
        SIZE,
        Image.Transform.QUAD,
        (0, -h * by, 0, h * (1 + by), w, h, w, 0),
        Image.Resampling.BICUBIC,
        fillcolor=DESK,
    )


def with_glare(picture: Image.Image) -> Image.Image:
    """Put a lamp's spot onto the middle of the code."""
    spot = Image.new("L", picture.size, 0)
    ImageDraw.Draw(spot).ellipse((450, 330, 510, 390), fill=255)
    return Image.composite(Image.new("L", picture.size, 255), picture, spot.filter(ImageFilter.GaussianBlur(8)))


SHOTS: dict[str, Shot] = {
    "straight": shot,
    "turned 12": lambda text: shot(text, angle=12),
    "turned 45": lambda text: shot(text, angle=45),
    "upside down": lambda text: shot(text, angle=177),
    "leaning": lambda text: leaning(shot(text)),
    "small 230": lambda text: noisy(shot(text, side=230, angle=5), 6),
    "small 170": lambda text: noisy(shot(text, side=170, angle=5), 6),
    "small 130": lambda text: noisy(shot(text, side=130, angle=5), 6),
    "dim": lambda text: noisy(shot(text, angle=8, dark=18, light=60), 4),
    "dark": lambda text: noisy(shot(text, angle=8, dark=10, light=30), 4),
    "pale print": lambda text: noisy(shot(text, angle=8, dark=150, light=215), 5),
    "blurred 2": lambda text: shot(text, angle=8).filter(ImageFilter.GaussianBlur(2)),
    "blurred 3": lambda text: shot(text, angle=8).filter(ImageFilter.GaussianBlur(3)),
    "grainy": lambda text: noisy(shot(text, angle=8), 60),
    "screen": lambda text: off_a_screen(shot(text, angle=4)),
    "screen coarse": lambda text: off_a_screen(shot(text, angle=4), period=6.1),
    "screen strong": lambda text: off_a_screen(shot(text, angle=4), period=4.3, depth=0.75),
    "night colours": lambda text: shot(text, angle=8, dark=255, light=0),
    "glare": lambda text: with_glare(shot(text)),
}


def jpeg(picture: Image.Image, quality: int = 80) -> bytes:
    """Return the picture as a phone stores it."""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def film(text: str, path: Path) -> Path:
    """Write a short film for Chromium's false camera: the code comes into the picture, turned and dim."""
    frames = [noisy(shot(text, side=330, angle=angle, dark=30, light=150), 6) for angle in (9, 11, 13)]
    path.write_bytes(b"".join(jpeg(frame) for frame in frames))
    return path
