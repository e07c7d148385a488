"""Reading requests, their facts, and who is out."""

from access.selectors.facts import facts_of, locked_case, locked_case_of, with_facts
from access.selectors.journey_line import JourneyLine, JourneyStop, journey_line
from access.selectors.people_out import PersonOut, people_out
from access.selectors.waits import WaitLimits, wait_limits

__all__ = [
    "JourneyLine",
    "JourneyStop",
    "PersonOut",
    "WaitLimits",
    "facts_of",
    "journey_line",
    "locked_case",
    "locked_case_of",
    "people_out",
    "wait_limits",
    "with_facts",
]
