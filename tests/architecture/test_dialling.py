"""Every telephone a template puts behind a link goes through the one filter that makes what a device dials."""

from __future__ import annotations

import re

from tests.architecture.test_layout import tracked

UNFILTERED = re.compile(r"tel:\{\{(?![^}]*\|dial )[^}]*\}\}")


def test_every_link_that_dials_is_filtered() -> None:
    found = {path.name: each for path in tracked("templates/*.html") if (each := UNFILTERED.findall(path.read_text()))}

    assert found == {}


def test_a_link_past_the_filter_is_noticed() -> None:
    assert UNFILTERED.findall(
        '<a href="tel:{{ row.phone }}"><a href="tel:{{ row.phone|dial }}"><a href="tel:120">'
    ) == ["tel:{{ row.phone }}"]
