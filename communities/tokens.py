"""The signed text inside a pass's QR code: layout, signature, Base45, picture (trust.md E8). Knows no database.

Layout, big endian, 42 bytes, then 64 bytes of signature (r then s, s in the lower half so that no second form
verifies):
version and algorithm 1, key id 2, pass id 12, community mark 4, gate set 2, exit from 4, exit until 4 (Unix seconds),
flags 1, party size 1, person check tag 5, surname 6 (always zero: nothing about the person travels in the code).
"""

from __future__ import annotations

import hashlib
import html
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from communities.states import Reading

PREFIX = "TAB1:"
VERSION = 0x11  # high half: layout 1; low half: algorithm 1, ES256
ALL_GATES = 0xFFFF
SIGNATURE_LENGTH = 64
BODY = struct.Struct(">BH12s4sHIIBB5s6s")
LENGTH = BODY.size + SIGNATURE_LENGTH
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_DIGIT = {character: number for number, character in enumerate(_ALPHABET)}
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_SHORT_CODE = re.compile(r"^[0-9A-Z-]{3,20}$")


@dataclass(frozen=True)
class Payload:
    """What a pass's code says."""

    key_id: int
    pass_id: bytes
    community_mark: bytes
    exit_from: datetime
    exit_until: datetime
    party_size: int
    has_escort: bool = False
    is_emergency: bool = False
    check_tag: bytes = bytes(5)
    gate_set: int = ALL_GATES


@dataclass(frozen=True)
class ReadToken:
    """A reading and, where the signature is ours, the payload.

    `claimed_id` is the pass a code names whose signature is not ours, or no longer: a hint where to look, no proof.
    """

    reading: Reading
    payload: Payload | None = None
    is_key_retired: bool = False
    claimed_id: bytes = b""


@dataclass(frozen=True)
class KeyRing:
    """The signing keys, all derived from one secret by number.

    `current` signs. Lower numbers are retired: good for every return, amber for an exit. The next one is already on
    the devices. A retired key never leaves the ring, so a return can always be verified (INV-25).
    """

    secret: str
    current: int = 1

    def private(self, number: int) -> ec.EllipticCurvePrivateKey:
        """Return the private key of a number."""
        return _derive(self.secret, number)

    def knows(self, number: int) -> bool:
        """Say whether a number is of this ring: retired, current or next."""
        return 1 <= number <= self.current + 1

    def is_retired(self, number: int) -> bool:
        """Say whether a key signs no more."""
        return number < self.current

    def public_list(self) -> list[dict[str, str | int]]:
        """List the public keys as devices keep them: number, use, and the uncompressed point in hex."""
        use = {self.current: "issue", self.current + 1: "next"}
        return [
            {"key_id": number, "use": use.get(number, "return_only"), "point": _point(self.private(number)).hex()}
            for number in range(1, self.current + 2)
        ]


@lru_cache(maxsize=64)
def _derive(secret: str, number: int) -> ec.EllipticCurvePrivateKey:
    """Make the P-256 key of a number: HKDF-SHA-256 to 48 bytes, reduced, so that the bias is below 2**-120."""
    stretch = HKDF(algorithm=hashes.SHA256(), length=48, salt=b"there-and-back", info=f"gate pass {number}".encode())
    scalar = int.from_bytes(stretch.derive(secret.encode()), "big") % (_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    numbers = key.public_key().public_numbers()
    return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def community_mark(code: str) -> bytes:
    """Return the four bytes by which a gate knows its own community's passes."""
    return hashlib.sha256(f"community:{code}".encode()).digest()[:4]


def check_tag(pass_id: bytes, person_code: str) -> bytes:
    """Return the five bytes that a code spoken by the holder must give, so that a gate without network can ask."""
    return hashlib.sha256(pass_id + person_code.encode()).digest()[:5]


def sign(payload: Payload, ring: KeyRing) -> str:
    """Return the text for the QR code, signed with the key the payload names."""
    body = _pack(payload)
    r, s = decode_dss_signature(ring.private(payload.key_id).sign(body, ec.ECDSA(hashes.SHA256())))
    s = min(s, _ORDER - s)
    return PREFIX + base45(body + r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def read(text: str, ring: KeyRing) -> ReadToken:
    """Read a scanned text; never raises. An unknown version or key is to be checked by hand, not called forged."""
    raw = unbase45(text[len(PREFIX) :]) if text.startswith(PREFIX) else None
    if not raw:
        return ReadToken(Reading.UNREADABLE)
    if raw[0] != VERSION:
        return ReadToken(Reading.UNKNOWN_VERSION)
    if len(raw) != LENGTH:
        return ReadToken(Reading.UNREADABLE)
    body, signature = raw[: BODY.size], raw[BODY.size :]
    key_id = int.from_bytes(body[1:3], "big")
    if not ring.knows(key_id):
        return ReadToken(Reading.UNKNOWN_KEY, claimed_id=_unpack(body).pass_id)
    if not _is_ours(body, signature, ring.private(key_id).public_key()):
        return ReadToken(Reading.BAD_SIGNATURE, claimed_id=_unpack(body).pass_id)
    return ReadToken(Reading.GOOD, _unpack(body), ring.is_retired(key_id))


def looks_like_token(text: str) -> bool:
    """Say whether a typed or scanned text is meant as a signed code rather than a short one."""
    return text.startswith(PREFIX) or not _SHORT_CODE.match(text)


def _is_ours(body: bytes, signature: bytes, key: ec.EllipticCurvePublicKey) -> bool:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < _ORDER and 0 < s <= _ORDER // 2):
        return False
    try:
        key.verify(encode_dss_signature(r, s), body, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _pack(payload: Payload) -> bytes:
    flags = 0x01 | payload.has_escort << 1 | payload.is_emergency << 2  # bit 0: exit and return
    return BODY.pack(
        VERSION,
        payload.key_id,
        payload.pass_id,
        payload.community_mark,
        payload.gate_set,
        int(payload.exit_from.timestamp()),
        int(payload.exit_until.timestamp()),
        flags,
        payload.party_size,
        payload.check_tag,
        bytes(6),
    )


def _unpack(body: bytes) -> Payload:
    _version, key_id, pass_id, mark, gates, start, end, flags, party, tag, _surname = BODY.unpack(body)
    return Payload(
        key_id=key_id,
        pass_id=pass_id,
        community_mark=mark,
        gate_set=gates,
        exit_from=datetime.fromtimestamp(start, UTC),
        exit_until=datetime.fromtimestamp(end, UTC),
        party_size=party,
        has_escort=bool(flags & 2),
        is_emergency=bool(flags & 4),
        check_tag=tag,
    )


def base45(raw: bytes) -> str:
    """Encode bytes as Base45 (RFC 9285)."""
    out = []
    for start in range(0, len(raw), 2):
        pair = raw[start : start + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            value, digit = divmod(value, 45)
            out.append(_ALPHABET[digit])
    return "".join(out)


def unbase45(text: str) -> bytes | None:
    """Decode Base45; None for anything that `base45` would not have written."""
    out = bytearray()
    for start in range(0, len(text), 3):
        digits = [_DIGIT.get(character, -1) for character in text[start : start + 3]]
        value = sum(digit * 45**place for place, digit in enumerate(digits))
        size = len(digits) - 1
        if min(digits) < 0 or size == 0 or value >= 256**size:
            return None
        out += value.to_bytes(size, "big")
    return bytes(out)


def qr_svg(text: str, *, label: str, error: str = "m") -> str:
    """Draw a QR code as filled squares with a margin of four; strokes would smear in some printers' PDF paths."""
    rows = segno.make(text, error=error, micro=False, boost_error=False).matrix
    size = len(rows) + 8
    path = "".join(_runs(row, y + 4) for y, row in enumerate(rows))
    return (
        f'<svg class="qr" viewBox="0 0 {size} {size}" shape-rendering="crispEdges" role="img"'
        f' aria-label="{html.escape(label)}"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )


def _runs(row: bytearray, y: int) -> str:
    """Draw the dark runs of one row as rectangles of height one."""
    line = "".join("1" if cell else "0" for cell in row)
    return "".join(f"M{m.start() + 4} {y}h{len(m[0])}v1h-{len(m[0])}z" for m in re.finditer("1+", line))
