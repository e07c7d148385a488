"""Fill a private installation with one side of a town, and print what the clients need to know (run as a module)."""

from __future__ import annotations

import json
import os
import sys

import django


def main() -> None:
    """Seed in the installation's own environment, whose keys seal the people."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from core import clock  # noqa: PLC0415 (after the set-up)
    from tests.factories import hospitals, town  # noqa: PLC0415

    at = clock.now()
    side = town.build(1, at=at)
    passes = [town.leave(side, f"赵{number}", at=at) for number in range(30)]
    patients = [hospitals.make_appointment(side.slot, at=at, name=f"李{n}") for n in range(30)]
    stop = side.cases["placed"].run.stops.order_by("position").first()
    told = {
        "community": side.community.code,
        "resident": str(side.cases["asked"].resident.pk),
        "passes": [str(row.pk) for row in passes],
        "appointments": [str(row.pk) for row in patients],
        "run": str(side.cases["placed"].run.pk),
        "stop": stop.pk,
        "case": str(side.cases["inside"].request.case_ref),
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
