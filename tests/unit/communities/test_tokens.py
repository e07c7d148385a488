"""The signed code on a pass: trust.md E8, INV-24, INV-25."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy
import pytest
import zxingcpp

from communities import tokens
from communities.states import Reading
from communities.tokens import KeyRing, Payload

RING = KeyRing("a secret of the test", current=2)
START = datetime(2022, 6, 28, 4, 0, tzinfo=UTC)
PAYLOAD = Payload(
    key_id=2,
    pass_id=bytes(range(12)),
    community_mark=tokens.community_mark("210602001001"),
    exit_from=START,
    exit_until=START + timedelta(hours=8),
    party_size=2,
    has_escort=True,
    check_tag=tokens.check_tag(bytes(range(12)), "4821"),
)


def test_sign_then_read_gives_the_payload():
    text = tokens.sign(PAYLOAD, RING)

    assert tokens.read(text, RING) == tokens.ReadToken(Reading.GOOD, PAYLOAD)


def test_text_has_the_measured_length_and_only_qr_alphanumerics():
    text = tokens.sign(PAYLOAD, RING)

    assert len(text) == 164
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def test_code_carries_no_surname():
    raw = tokens.unbase45(tokens.sign(PAYLOAD, RING)[len(tokens.PREFIX) :])

    assert raw is not None
    assert raw[36:42] == bytes(6)


def test_retired_key_still_reads_and_says_so():
    text = tokens.sign(replace(PAYLOAD, key_id=1), RING)

    assert tokens.read(text, RING).is_key_retired
    assert tokens.read(text, RING).reading == Reading.GOOD


def test_key_of_another_installation_is_a_bad_signature():
    text = tokens.sign(PAYLOAD, KeyRing("somebody else", current=2))

    assert tokens.read(text, RING).reading == Reading.BAD_SIGNATURE


def test_unknown_key_and_version_are_checked_by_hand_not_forged():
    ahead = tokens.sign(replace(PAYLOAD, key_id=9), RING)
    raw = tokens.unbase45(tokens.sign(PAYLOAD, RING)[len(tokens.PREFIX) :]) or b""
    newer = tokens.PREFIX + tokens.base45(b"\x21" + raw[1:] + b"more")

    assert tokens.read(ahead, RING).reading == Reading.UNKNOWN_KEY
    assert tokens.read(newer, RING).reading == Reading.UNKNOWN_VERSION


@pytest.mark.parametrize("text", ["", "TAB1:", "TAB1:A", "TAB1:::::", "TAB1:王", "http://example.org", "0417", "\x00"])
def test_other_texts_are_unreadable(text):
    assert tokens.read(text, RING).reading == Reading.UNREADABLE


def test_high_half_signature_does_not_verify():
    raw = tokens.unbase45(tokens.sign(PAYLOAD, RING)[len(tokens.PREFIX) :]) or b""
    s = int.from_bytes(raw[-32:], "big")
    twin = raw[:-32] + (tokens._ORDER - s).to_bytes(32, "big")

    assert tokens.read(tokens.PREFIX + tokens.base45(twin), RING).reading == Reading.BAD_SIGNATURE


def _mutant(text: str, rng: random.Random) -> str:
    """Damage a text as scanners, printers and forgers would."""
    raw = bytearray(tokens.unbase45(text[len(tokens.PREFIX) :]) or b"")
    place = rng.randrange(len(raw))
    kind = rng.randrange(6)
    if kind == 0:
        raw[place] ^= 1 << rng.randrange(8)
    elif kind == 1:
        raw[place] = (raw[place] + rng.randrange(1, 256)) % 256
    elif kind == 2:
        del raw[place:]
    elif kind == 3:
        raw.insert(place, rng.randrange(256))
    elif kind == 4:
        at = rng.randrange(len(text))
        other = rng.choice("0123456789ABCXYZ $%*+-./:~é王\n")
        return text[:at] + (other if other != text[at] else "!") + text[at + 1 :]
    else:
        at = rng.randrange(len(text))
        return text[:at] + text[at + 1 :]
    return tokens.PREFIX + tokens.base45(bytes(raw))


def test_no_mutant_is_accepted_and_none_raises():
    """INV-24: 0 accepted, 0 exceptions."""
    rng = random.Random(28)
    texts = [tokens.sign(replace(PAYLOAD, pass_id=rng.randbytes(12)), RING) for _ in range(20)]
    accepted = 0

    for number in range(10_000):
        text = texts[number % len(texts)]
        mutant = _mutant(text, rng)
        accepted += mutant != text and tokens.read(mutant, RING).reading == Reading.GOOD

    assert accepted == 0


def test_every_retired_key_stays_in_the_list():
    """INV-25: a key retired from issuing stays good for the return."""
    uses = {row["key_id"]: row["use"] for row in KeyRing("s", current=4).public_list()}

    assert uses == {1: "return_only", 2: "return_only", 3: "return_only", 4: "issue", 5: "next"}


def test_base45_round_trip_and_known_answer():
    assert tokens.base45(b"Hello!!") == "%69 VD92EX0"
    assert tokens.unbase45("QED8WEX0") == b"ietf!"
    assert tokens.unbase45("::") is None


@pytest.mark.parametrize("error", ["m", "q"])
def test_qr_decodes_from_its_picture(error):
    text = tokens.sign(PAYLOAD, RING)

    picture = _draw(tokens.qr_svg(text, label="通行证", error=error))

    assert zxingcpp.read_barcodes(picture)[0].text == text


def _draw(svg: str) -> numpy.ndarray:
    """Rasterise the rectangles of our SVG at six pixels a module."""
    size = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])
    grid = numpy.full((size, size), 255, dtype=numpy.uint8)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", svg):
        grid[int(y), int(x) : int(x) + int(width)] = 0
    return numpy.kron(grid, numpy.ones((6, 6), dtype=numpy.uint8))
