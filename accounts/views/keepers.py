"""First pages of those who keep the installation: what the auditor and the administrator may see."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import selectors
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from core import heartbeat, installation
from core.http import page
from core.vocabulary import Role

SHOWN = 200


@require_safe
@for_roles(Role.AUDITOR)
def audit_log(request: ActorRequest) -> HttpResponse:
    """Show who did what, the latest first: never the values (authz: view_values needs a broken glass)."""
    lines = [selectors.line_of(event) for event in selectors.audited(actor_of(request))[:SHOWN]]
    return page(request, "accounts/audit_log.html", {"lines": lines})


@require_safe
@for_roles(Role.SYSADMIN)
def administration(request: ActorRequest) -> HttpResponse:
    """Show what this installation is, whether its work is done, and who may sign in."""
    context = {
        "is_production": installation.stored_kind() == "production",
        "silences": heartbeat.silences(),
        "counts": selectors.post_counts(),
        "people": selectors.accounts_kept()[:SHOWN],
        "now": timezone.now(),
    }
    return page(request, "accounts/administration.html", context)
