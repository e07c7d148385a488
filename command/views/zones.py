"""管控区: command looks a compound up, sees whom a change meets, and changes it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from command.forms import ZoneForm
from command.selectors import zoning
from communities.models import Community
from communities.services import zones
from core import clock
from core.errors import Invalid
from core.http import page
from core.idempotency import idempotent
from core.vocabulary import ZoneClass, hhmm
from dispatch import selectors

PAGE_SIZE = 50


@for_roles("command")
def show(request: ActorRequest) -> HttpResponse:
    """List the division's compounds with their zones."""
    words = request.GET.get("q", "").strip()[:40]
    actor, at = actor_of(request), clock.now()
    rows = zoning.communities(actor, words=words, at=at)
    context = {
        "pages": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "words": words,
        "bad_rules": selectors.bad_rules(actor, at=at),
    }
    return page(request, "command/zones.html", context)


@for_roles("command")
def one(request: ActorRequest, code: str) -> HttpResponse:
    """Show one compound; with a choice in the address, whom that change meets."""
    community = zoning.community_for(actor_of(request), code)
    is_asked = "zone_class" in request.GET
    return _page(request, community, ZoneForm(request.GET) if is_asked else ZoneForm())


@for_roles("command")
@idempotent
def change(request: ActorRequest, code: str) -> HttpResponse:
    """Put the compound, or one building, under the class chosen."""
    actor, at = actor_of(request), clock.now()
    community = zoning.community_for(actor, code)
    form = ZoneForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        since = data["since"] or at
        chosen = {"zone_class": data["zone_class"], "building": data["building"], "source": data["source"]}
        try:
            zones.put_under(community, since=since, by=actor, at=at, **chosen)
        except Invalid as error:
            form.add_error(error.context.get("field"), error.message)
        else:
            place = f"{community.name} {data['building']}".strip()
            words = {"place": place, "zone": ZoneClass(data["zone_class"]).label, "at": _when(since, at)}
            messages.success(request, _("%(place)s %(at)s起是%(zone)s。在外面的人照样回家。") % words)
            return HttpResponseRedirect(reverse("command:zone", args=[community.pk]))
    return _page(request, community, form, status=422)


@for_roles("command")
@idempotent
def lift(request: ActorRequest, code: str) -> HttpResponse:
    """End a building's own period: the whole compound's class holds there again."""
    actor, at = actor_of(request), clock.now()
    community = zoning.community_for(actor, code)
    building = request.POST.get("building", "")[:40]
    if zones.lift(community, since=at, building=building, by=actor, at=at):
        messages.success(request, _("%(building)s 跟全小区一样了。") % {"building": building or community.name})
    return HttpResponseRedirect(reverse("command:zone", args=[community.pk]))


def _page(request: ActorRequest, community: Community, form: ZoneForm, *, status: int = 200) -> HttpResponse:
    at = clock.now()
    is_ready = form.is_bound and form.is_valid()
    known = zoning.buildings(community)
    context = {
        "community": community,
        "form": form,
        "periods": zoning.periods(community, at=at),
        "buildings": known,
        "is_unknown": is_ready and zoning.is_unknown(form.cleaned_data["building"], known),
        "chosen": form.cleaned_data if is_ready else None,
        "zone_word": ZoneClass(form.cleaned_data["zone_class"]).label if is_ready else "",
        "affected": zoning.affected(community, building=form.cleaned_data["building"]) if is_ready else None,
        "now": at,
    }
    return page(request, "command/zone.html", context, status=status)


def _when(since: datetime, at: datetime) -> str:
    """Say when it begins."""
    return _("现在") if since <= at else f"{since.astimezone(clock.CHINA):%m-%d} {hhmm(since)}"
