"""Make the first administrator of an installation."""

from __future__ import annotations

import re
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.services import passwords, people
from core import tidy
from core.actors import service
from core.errors import Conflict
from core.vocabulary import PlaceKind

LONGEST = 40  # accounts.models.User
ASKED = {
    "number": "Telephone or staff number to sign in with: ",
    "name": "Name: ",
    "place": "Code of the city or district, six digits: ",
    "place_name": "Its name: ",
}


class Command(BaseCommand):
    """Ask or take options, and print a way to choose a password that works once."""

    help = "Make the first administrator, or give the link once more: prints a way to choose a password, good once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what is not asked for."""
        for option in ASKED:
            parser.add_argument(f"--{option.replace('_', '-')}", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make, and say where the password is chosen."""
        given = {option: self._answer(option, options[option]) for option in ASKED}
        given["number"] = tidy.sign_in_number(given["number"])
        if not re.fullmatch(r"[1-9][0-9]{5}", given["place"]):
            raise CommandError("The code of a city or district has six digits, such as 210600.")
        for option in ("number", "name"):
            if len(given[option]) > LONGEST:
                raise CommandError(f"The {option} has at most {LONGEST} characters.")
        kind = PlaceKind.CITY if given["place"].endswith("00") else PlaceKind.DISTRICT
        try:
            user = people.first_administrator(
                given["number"],
                name=given["name"],
                place=(kind, given["place"], given["place_name"][:120]),
                by=service("command_line", "命令行"),
                at=timezone.now(),
            )
        except Conflict as error:
            raise CommandError("There is an administrator already; for a new link give that one's number.") from error
        self.stdout.write(f"{settings.PAGE_ORIGIN}{passwords.link_for(user)}")
        self.stderr.write(f"{user.name} chooses a password there: once, within a day.")

    def _answer(self, option: str, value: str) -> str:
        if not value.strip() and sys.stdin.isatty():
            value = input(ASKED[option])
        if not value.strip():
            raise CommandError(f"--{option.replace('_', '-')} is needed (or a terminal to ask at).")
        return value.strip()
