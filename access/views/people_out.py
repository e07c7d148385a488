"""Who is out with no way home: one list for every post, as far as it may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access_control import for_roles
from core.http import page


@require_safe
@for_roles("staff", "lead", "guard", "driver", "dispatch", "intake", "hospadm", "command")
def people_out(request: HttpRequest) -> HttpResponse:
    """Show the strip as a page, or as the fragment that living home screens ask for."""
    return page(request, "access/people_out.html", part="strip")
