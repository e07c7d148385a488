"""Everything malformed that is sent to an address: texts, bodies, headers, cookies, queries, paths, methods."""

from __future__ import annotations

import io
import json
import re
import uuid
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.trust.fields import every_field
from tests.trust.walk import WORDS

NASTY_TEXTS = (
    "", " ", "\x00", "a\x00b", "\x01\x02\x1b[31m", "\u202e王\u202c", "\u200b\u200d\ufeff", "\u2028\u2029", "👩‍👩‍👧‍👦" * 20,
    "Z" + "\u0301" * 500, "王" * 61, "王" * 5000, "x" * 1_000_000, "%00", "%n%s%d", "'; DROP TABLE x; --", "\\", "{{ 7*7 }}",
    "<script>alert(1)</script>", "../../etc/passwd", "\r\nSet-Cookie: a=b", "=1+1", "null", "undefined", "true", "[]",
    "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e-400", "-1", "0", "00", "0x10", "1_000", "１２", "٣", "½", "1,5",
    "9" * 400, "2147483648", "-2147483649", "9223372036854775808", "18446744073709551616", "1.0", "1.5", "0.1e1",
    "0001-01-01", "0000-00-00", "9999-12-31", "10000-01-01", "2022-02-31", "2022-02-30T25:61", "2022-13-01",
    "0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "2022-06-28T10:00+99:00",
    "2022-06-28 10:00:60", "1969-12-31", "12:60", "24:00", "-00:01", "2022-W26-2", "2022-06-28T10:00Z",
    "00000000-0000-0000-0000-000000000000", "not-a-uuid", "7a1d5b1e-0000-4000-8000-00000000deadbeef", "g" * 36,
    "110101190001010015", "11010119000101001x", "2106021954030224281", "1" * 17 + "X", "15012345678901", "+86 138 0000 0000",
    "#" * 11, "()", "a" * 40 + "@" + "b" * 300, "C:\\con", "\ud7ff", "\ud800", "a\udfffb", "\uffff", "\U0010ffff", "𠮷", "ﷺ" * 200, "ß", "İ",
)  # fmt: skip
NASTY_JSON: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, 10**400, -(2**63) - 1, 1.5, 1e308, "", "\x00", "a\x00b", "\u202e", [], [[]], {}, {"a": {}}, [None],
    ["x"] * 300, {"x": "y" * 100_000}, "x" * 1_000_000, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2022-02-31T00:00", "not-a-uuid", "00000000-0000-0000-0000-000000000000", "٣", "1e400",
)  # fmt: skip
RAW_JSON = (
    b"", b" ", b"null", b"[]", b'"', b"{", b'{"a":1,}', b"\xff\xfe{}", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e400}',
    b'{"step": "\\ud800"}', b'{"events": [{"event_id": "\\ud800", "code_text": "\\ud800"}]}', b'{"note": "\\ud800"}',
    b'{"label": "\\u0000"}', b'{"a": 1, "a": 2}', b"[" * 20_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b"\x00",
    b'{"events": [1, null, "x", [], {}]}', b'{"events": {}}', b'{"events": ' + b"9" * 5_000 + b"}", b"true",
)  # fmt: skip
RAW_FORMS = (
    b"", b"&&&==&", b"name=%ff%fe&idempotency_key=12345678", b"name=%00&idempotency_key=%00%00%00%00%00%00%00%00",
    b"idempotency_key=" + b"k" * 70, b"idempotency_key=\xff\xff\xff\xff\xff\xff\xff\xff", b"a=1&" * 2_000, b"%", b"\xff" * 200,
    b"name=1&name=2&name=3&idempotency_key=12345678&idempotency_key=87654321",
)  # fmt: skip
RAW_KINDS = (
    "application/json", "text/xml", "text/plain; charset=gb18030", "multipart/form-data", "multipart/form-data; boundary=", "x" * 300, "",
    "application/x-www-form-urlencoded; charset=utf-16", "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=nonsense", "application/x-www-form-urlencoded; charset=gbk",
)  # fmt: skip
JSON_KINDS = (
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=utf-7", "",
    "application/json; charset=nonsense", "application/json; charset=utf-16", "application/xml",
)  # fmt: skip
_PART = b'--B\r\nContent-Disposition: form-data; name="'
PARTS = (
    _PART + b"name", _PART + b'name"\r\n\r\nx', b"--B--\r\n", b"--B\r\n\r\n\r\n--B--\r\n", _PART + b'\xff"\r\n\r\nx\r\n--B--\r\n',
    _PART + b'name"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--B--\r\n', _PART + b'\x00"\r\n\r\n\x00\r\n--B--\r\n',
    _PART + b'name"; filename="../../x"\r\nContent-Type: x\r\n\r\nx\r\n--B--\r\n', b"".join([_PART + b'a"\r\n\r\n1\r\n'] * 300),
    _PART + b'name"\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n\xff\xfe\x00\r\n--B--\r\n', b"\x00" * 5000, b"--B" * 2000,
)  # fmt: skip
QUERIES = (
    "q=%ff%fe&page=%00&done=%ed%a0%80&day=%c0%80", "&&&==&", "q", "%", "q=%", "q=%u738b", "q=" + "%E7%8E%8B" * 3000, "q[]=1&q[$ne]=1",
    "&".join(f"a{n}=1" for n in range(1200)), "day=0000-00-00", "day=9999-12-31", "day=0001-01-01", "done=1&done=2&done=", "after=_", "after=__",
    "after=9999-12-31T23:59:59.999999_00000000-0000-0000-0000-000000000000", "who=%00&slot=-1&car=%00", "page=-1&page=9e99", "only=%F0%9F%91%A9",
    "slot=99999999999999999999", "format=xml", "format=%00", "direction=sideways", "next=//evil.example", "next=javascript:alert(1)", ";q=1;q=2", "#", "?" * 50,
)  # fmt: skip
HEADERS: tuple[dict[str, Any], ...] = (
    {"HTTP_IDEMPOTENCY_KEY": ""}, {"HTTP_IDEMPOTENCY_KEY": "x"}, {"HTTP_IDEMPOTENCY_KEY": "k" * 70}, {"HTTP_IDEMPOTENCY_KEY": "k" * 5000},
    {"HTTP_IDEMPOTENCY_KEY": "\x00" * 20}, {"HTTP_IDEMPOTENCY_KEY": "ÿ" * 20}, {"HTTP_IDEMPOTENCY_KEY": "12345678,12345678"},
    {"HTTP_IF_NONE_MATCH": "\x7f"}, {"HTTP_IF_NONE_MATCH": "*"}, {"HTTP_IF_NONE_MATCH": '"' + "a." * 400}, {"HTTP_IF_MODIFIED_SINCE": "Thu, 99 Foo 0000"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "\x00"}, {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "x" * 5000},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_TRIGGER_NAME": "ÿ", "HTTP_HX_CURRENT_URL": "http://[", "HTTP_HX_PROMPT": "\x00"},
    {"HTTP_REFERER": "http://["}, {"HTTP_REFERER": "\x00"}, {"HTTP_REFERER": "http://testserver/%ff\xff"}, {"HTTP_REFERER": "http://a@:b:c/d"},
    {"HTTP_ORIGIN": "null"}, {"HTTP_ORIGIN": "http://["}, {"HTTP_ACCEPT_LANGUAGE": "x" * 5000}, {"HTTP_ACCEPT_LANGUAGE": "zh;q=9e9,,;=\xff"},
    {"HTTP_ACCEPT": "\xff/*;q=x"}, {"HTTP_ACCEPT": "application/xml"}, {"HTTP_ACCEPT": "application/json; version=9; indent=99999999"},
    {"HTTP_HOST": "evil.example"}, {"HTTP_HOST": "["}, {"HTTP_HOST": "testserver:99999999"}, {"HTTP_X_FORWARDED_HOST": "\x00"}, {"HTTP_X_FORWARDED_PROTO": "\xff"},
    {"HTTP_AUTHORIZATION": "Basic \xff"}, {"HTTP_AUTHORIZATION": "Bearer " + "x" * 5000}, {"HTTP_X_GATE_MARK": "\x00.\xff"}, {"HTTP_X_GATE_MARK": "a.b.c" * 900},
    {"HTTP_SENT_BY": "script"}, {"HTTP_RANGE": "bytes=9-1,-"}, {"HTTP_CACHE_CONTROL": "\xff" * 50}, {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
    {"CONTENT_LENGTH": "-1"}, {"CONTENT_LENGTH": "abc"}, {"CONTENT_LENGTH": ""}, {"HTTP_CONTENT_ENCODING": "gzip"}, {"REMOTE_ADDR": "\xff"},
)  # fmt: skip
COOKIES = (
    "django_language=../../etc/passwd", "django_language=\x00", "messages=garbage", "messages=W1tdXQ:x:y", "messages=" + "x" * 4000, "large=9; theme=\xff",
    "csrftoken=", "csrftoken=" + "\xff" * 32, "csrftoken=" + "a" * 5000, "sessionid=", "sessionid=\x00", "sessionid=" + "a" * 5000, "=; ;;=,", "a" * 8000,
)  # fmt: skip
# what stands in a path where an object's id belongs: most are answered with 404 before a view is asked
PATHS = (
    "%00", "%ff", "..", "%2e%2e%2f", "-1", "0", "9" * 400, "7a1d5b1e-0000-4000-8000-00000000DEAD", "7a1d5b1e00004000800000000000dead", "null", "王",
    "x" * 3000, "00000000-0000-0000-0000-000000000000", "9223372036854775808", "%F0%9F%91%A9", "a%0d%0aSet-Cookie:x=y", "%", "'", "{{1}}", "٣",
)  # fmt: skip
METHODS = ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "FROB")
FIELDS = sorted(set(WORDS) | every_field())
# every field is nasty at once; a form says what is wrong with each, so one request tries them all
EVERY = tuple(dict.fromkeys(FIELDS, nasty[:5000]) for nasty in NASTY_TEXTS)
_IDENT = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/)|(?<=/)[A-Z0-9-]*\d[A-Z0-9-]*(?=/)")


@dataclass(frozen=True)
class Try:
    """One malformed request: what is wrong with it, and what makes its body and headers (kept small until sent)."""

    what: str
    method: str
    url: str
    make: Callable[[], dict[str, Any]] = dict


def share(things: Sequence[Any], url: str, of: int) -> list[Any]:
    """Return one part of a list, another for each address; `of` 1 for all of it."""
    place = re.sub(r"[0-9a-f-]{36}|\d+", "", url)
    return list(things[zlib.crc32(place.encode()) % of :: of])


def tries(method: str, url: str, of: int) -> Iterator[Try]:
    """Yield what is malformed for one method at one address: of every text a part (`of` 5: a fifth), of the rest half.

    Headers, cookies and raw bodies meet the same code everywhere: each half of the addresses gets another half of them.
    """
    if method == "GET":
        yield from _reading(url, of)
    elif url.startswith("/api/"):
        yield from _json(url, of)
    else:
        yield from _forms(url, of)
    good: Callable[[], dict[str, Any]] = dict if method == "GET" else lambda: form(WORDS)
    for header in share(HEADERS, url, 2 * of):
        yield Try(f"header {header}", method, url, lambda header=header: {**good(), **header})
    for cookie in share(COOKIES, url, 2 * of):
        yield Try(f"cookie {cookie}", method, url, lambda cookie=cookie: {**good(), "cookie": cookie})
    if (found := _IDENT.search(url)) is not None:
        for part in share(PATHS, url, 2 * of):
            odd = url[: found.start()] + quote(part, safe="%") + url[found.end() :]
            yield Try(f"path {part}", method, odd, good)
    for each in METHODS:
        yield Try(each, each, url)


def _reading(url: str, of: int) -> Iterator[Try]:
    for nasty, words in share(tuple(zip(NASTY_TEXTS, EVERY, strict=True)), url, of):
        shorter = {name: value[:2000] for name, value in words.items()}
        yield Try(
            nasty, "GET", url, lambda shorter=shorter: {"QUERY_STRING": urlencode(shorter, errors="surrogatepass")}
        )
    for query in share(QUERIES, url, of):
        yield Try(f"?{query}", "GET", url, lambda query=query: {"QUERY_STRING": query})


def _forms(url: str, of: int) -> Iterator[Try]:
    for nasty, words in share(tuple(zip(NASTY_TEXTS, EVERY, strict=True)), url, of):
        yield Try(nasty, "POST", url, lambda words=words: form(words))
    for nasty in share(NASTY_TEXTS[:20], url, of):  # what a form of otherwise good words lets through to the services
        odd = dict.fromkeys(("note", "reason", "label", "building", "name", "where"), nasty)
        yield Try(f"words {nasty}", "POST", url, lambda odd=odd: form(WORDS | odd))
    for raw in share(RAW_FORMS, url, 2 * of):
        yield Try(repr(raw), "POST", url, lambda raw=raw: _raw(raw, "application/x-www-form-urlencoded"))
    for raw in share(PARTS, url, 2 * of):
        yield Try(repr(raw), "POST", url, lambda raw=raw: _raw(raw, "multipart/form-data; boundary=B"))
    for kind in share(RAW_KINDS, url, 2 * of):
        yield Try(kind, "POST", url, lambda kind=kind: _raw(b'{"name": "x"}', kind))
    yield Try("files", "POST", url, _files)


def _json(url: str, of: int) -> Iterator[Try]:
    for nasty in share(NASTY_JSON, url, of):
        every = dict.fromkeys(FIELDS if len(str(nasty)) < 5000 else ("note", "code_text"), nasty)
        bodies = (
            *(nasty, every, {**every, "events": [every]}, {"events": nasty}),
            {"step": "release", "ready_at": nasty},
        )
        for body in bodies:
            yield Try(repr(nasty)[:60], "POST", url, lambda body=body: _raw(json.dumps(body), "application/json"))
    for raw in share(RAW_JSON, url, 2 * of):
        yield Try(repr(raw), "POST", url, lambda raw=raw: _raw(raw, "application/json"))
    for kind in share(JSON_KINDS, url, 2 * of):
        yield Try(kind, "POST", url, lambda kind=kind: _raw(b"{}", kind))


def _raw(data: bytes | str, content_type: str) -> dict[str, Any]:
    return {"data": data, "content_type": content_type}


def _files() -> dict[str, Any]:
    """Return a form whose every field is a file."""
    files = {name: SimpleUploadedFile("a.txt", b"\x00" * 100) for name in FIELDS}
    return _raw(encode_multipart(BOUNDARY, files), MULTIPART_CONTENT)


def form(words: dict[str, Any]) -> dict[str, Any]:
    """Return a form with a key of its own, as a browser sends it; lone surrogates as the bytes they would be."""
    data = io.BytesIO()
    boundary = "BoUnDaRy"
    for name, value in {**words, "idempotency_key": uuid.uuid4().hex}.items():
        data.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode())
        data.write(str(value).encode("utf-8", "surrogatepass") + b"\r\n")
    data.write(f"--{boundary}--\r\n".encode())
    return _raw(data.getvalue(), f"multipart/form-data; boundary={boundary}")
