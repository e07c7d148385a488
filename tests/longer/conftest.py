"""The installations of the fault tests."""

from tests.faults.conftest import *  # noqa: F403 (fixtures are found by name)
