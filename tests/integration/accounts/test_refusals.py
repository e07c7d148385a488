"""Who may make users and posts: each check refuses whom it must (authz/actions.csv rows user)."""

from __future__ import annotations

import pytest

from accounts import policies
from core.actors import SERVICE
from tests.factories import actors


@pytest.mark.parametrize("check", [policies.check_make_user, policies.check_give_post])
def test_only_the_loading_of_a_city_makes_users(check):
    actors.prove(check, [SERVICE])
