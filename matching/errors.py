"""Errors the engine raises. A patient who cannot be placed is not an error: see `plan.Unmet`."""


class MatchingError(Exception):
    """Base of every error of the engine; `code` is stable, the message is for people."""

    code = "matching"


class BadProblem(MatchingError):
    """The problem contradicts itself (unknown place, vehicle or request, doubled id)."""

    code = "bad_problem"


class BadFile(MatchingError):
    """A file is not in the format it claims, or its version is not known here."""

    code = "bad_file"


class UnknownRequest(MatchingError):
    """No request with this id is part of the problem."""

    code = "unknown_request"


class TravelUnavailable(MatchingError):
    """The travel provider gave no answer and no fall-back was allowed."""

    code = "travel_unavailable"
