"""Residents: list, search, register, edit, archive."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Window
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _T
from django.views.decorators.http import require_POST, require_safe

from access.forms.life import AbsenceForm, NeedActForm, said_of
from access.forms.residents import PersonForm, ResidentForm, ResultForm, id_hint
from access.models import Resident
from access.selectors import residents as selectors
from access.selectors.annotated import ZonedResident
from access.selectors.history import changes_of
from access.selectors.letting_go import let_go
from access.services import needs, residents
from access.states import Finding
from accounts.access_control import actor_of, for_roles
from accounts.requests import ActorRequest
from communities.selectors import community_of
from core import clock
from core.errors import Conflict
from core.http import is_fragment, page
from core.idempotency import idempotent
from core.sealed import preload

PAGE_SIZE = 50
ARCHIVE_REASONS = {"moved": _T("迁走"), "died": _T("去世"), "no_need": _T("不再需要")}
FILTERS = [
    ("", _T("全部"), "all"),
    ("dialysis", _T("透析"), "dialysis"),
    ("tumour", _T("放化疗"), "tumour"),
    ("maternal", _T("孕产"), "maternal"),
    ("child", _T("儿童"), "child"),
    ("old", _T("65 岁以上"), "old"),
    ("mental", _T("精神障碍"), "mental"),
    ("medicine", _T("长期用药"), "medicine"),
    ("incomplete", _T("缺资料"), "incomplete"),
    ("stale", _T("好久没核对"), "stale"),
]


@require_safe
@for_roles("staff", "lead")
def resident_list(request: ActorRequest) -> HttpResponse:
    """List, search and filter the community's residents."""
    actor, at = actor_of(request), clock.now()
    query = selectors.ListQuery(words=request.GET.get("q", "").strip()[:60], group=_group(request.GET.get("group", "")))
    # a search while it is typed shows its rows alone
    counts = {} if query.words and is_fragment(request) else selectors.group_counts(actor, at=at)
    total = None if query.words else counts[query.group or "all"]
    for found, read in selectors.readings(actor, query, at=at):
        query = read
        pages, rows = _page_of(found, request.GET.get("page", ""), total)
        if rows:
            break
    context = {
        "pages": pages,
        "rows": [selectors.row_of(row, stale_before=at - selectors.STALE_AFTER) for row in rows],
        "query": query,
        "filters": [(value, label, counts.get(key)) for value, label, key in FILTERS if counts.get(key) or not value],
        "total": counts.get("all"),
    }
    return page(request, "access/residents/list.html", context, part="rows")


def _page_of(rows: QuerySet[Resident], asked: str, total: int | None) -> tuple[Page[int], list[Resident]]:
    """Read one page in one query, with how many there are when nobody counted; one beyond the last is the first."""
    number = int(asked) if asked.isdecimal() and len(asked) < 6 else 1
    start = max(0, number - 1) * PAGE_SIZE
    shown = slice(start, start + PAGE_SIZE)
    if total is None:
        counted = list(rows.annotate(found=Window(Count("pk")))[shown])
        read, found = list[Resident](counted), counted[0].found if counted else 0
    else:
        read, found = list(rows[shown]), total
    if not read and start:
        return _page_of(rows, "", total)
    return Paginator(range(found), PAGE_SIZE).get_page(number), read


@require_safe
@for_roles("staff", "lead")
def register_form(request: ActorRequest) -> HttpResponse:
    """Show the empty form; a name searched for in vain is filled in."""
    form = ResidentForm(initial={"name": request.GET.get("name", "")[:60]})
    return page(request, "access/residents/form.html", {"form": form, "alikes": []})


@require_POST
@for_roles("staff", "lead")
@idempotent
def register_submit(request: ActorRequest) -> HttpResponse:
    """Store a new resident, unless somebody very alike is there and nobody said it is another person."""
    actor, at = actor_of(request), clock.now()
    form = ResidentForm(request.POST)
    alikes: list[Resident] = []
    if form.is_valid():
        is_other = request.POST.get("is_other") == "1"
        try:
            resident = residents.register(community_of(actor), facts=form.facts(), by=actor, at=at, is_other=is_other)
        except Conflict as error:
            if error.code != "resident.alike":
                raise
            alikes = error.context["alikes"]
        else:
            needs.add(resident, facts=form.need(), by=actor, at=at)
            messages.success(request, _("登记好了：%(name)s") % {"name": resident.name})
            target = "access:resident_new" if "save_next" in request.POST else "access:resident"
            args = [] if "save_next" in request.POST else [resident.pk]
            return HttpResponseRedirect(reverse(target, args=args))
    return page(request, "access/residents/form.html", {"form": form, "alikes": alikes}, status=422)


@require_POST
@for_roles("staff", "lead")
def check(request: ActorRequest) -> HttpResponse:
    """Answer while the form is typed: what the identity number says, and who may be the same person. Writes nothing."""
    form = ResidentForm(request.POST)
    form.is_valid()
    context = {
        "id": id_hint(request.POST.get("id_no", ""), request.POST.get("id_kind", "resident_id")),
        "alikes": _look_alikes(request, form),
        "asked": "id" if request.headers.get("HX-Trigger-Name") == "id_no" else "same",
    }
    return page(request, "access/residents/check.html", context)


@require_safe
@for_roles("staff", "lead")
def resident_detail(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Show one resident: facts, needs, requests, and the button to ask for a way."""
    return detail_page(request, selectors.resident_of(actor_of(request), ident))


@require_POST
@for_roles("staff", "lead")
@idempotent
def note_result(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Write down what a test found; cars, hospital and way home follow by themselves."""
    actor = actor_of(request)
    resident = selectors.resident_of(actor, ident)
    form = ResultForm(request.POST)
    if not form.is_valid():
        return detail_page(request, resident, result_form=form, status=422)
    result = Finding(form.cleaned_data["result"])
    residents.note_result(resident.pk, result=result, by=actor, at=clock.now())
    words = {"name": resident.name, "result": result.label}
    messages.success(request, _("%(name)s：%(result)s，记下了。排好的车、医院和返程会跟着改。") % words)
    return HttpResponseRedirect(reverse("access:resident", args=[resident.pk]))


def detail_page(
    request: ActorRequest,
    resident: ZonedResident,
    *,
    result_form: ResultForm | None = None,
    absence_form: AbsenceForm | None = None,
    need_form: NeedActForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show one resident, with the form that was sent and refused."""
    preload([resident.person_key])
    asked, needs_held = selectors.requests_of(resident), list(resident.needs.all())
    absence = selectors.absence_of(resident)
    context = {
        "absence_form": absence_form or AbsenceForm(initial=said_of(absence)),
        "need_form": need_form or NeedActForm(),
        "absence": absence,
        "let_go": let_go(asked),
        "needs": [(need, let_go(asked, need.kind)) for need in needs_held],
        "result_form": result_form or ResultForm(),
        "resident": resident,
        "changes": changes_of(resident, needs_held),
        "first_record": selectors.first_of_number(actor_of(request), resident),
        "zone": resident.zone_class,
        "age": resident.age_on(clock.today()),
        "requests": asked[:10],
        "archive_reasons": ARCHIVE_REASONS,
    }
    return page(request, "access/residents/detail.html", context, status=status)


@require_safe
@for_roles("staff", "lead")
def edit_form(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Show the filled form."""
    resident = selectors.resident_of(actor_of(request), ident)
    form = PersonForm(record=resident)
    return page(request, "access/residents/form.html", {"form": form, "resident": resident, "alikes": []})


@require_POST
@for_roles("staff", "lead")
@idempotent
def edit_submit(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Store the changes; what a colleague changed meanwhile is named, and the typed text kept."""
    actor, at = actor_of(request), clock.now()
    resident = selectors.resident_of(actor, ident)
    form = PersonForm(request.POST, record=resident)
    if form.is_valid():
        try:
            residents.update(resident, changes=form.changes(), version=form.seen_version, by=actor, at=at)
        except Conflict as error:
            form.meet(error)
        else:
            messages.success(request, _("改好了。"))
            return HttpResponseRedirect(reverse("access:resident", args=[resident.pk]))
    context = {"form": form, "resident": resident, "alikes": []}
    return page(request, "access/residents/form.html", context, status=422)


@require_POST
@for_roles("staff", "lead")
@idempotent
def archive(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Put a record away, with a way back."""
    actor, at = actor_of(request), clock.now()
    resident = selectors.resident_of(actor, ident)
    reason = request.POST.get("reason", "")
    if reason == "restore":
        residents.restore(resident, by=actor, at=at)
        messages.success(request, _("已放回名单。"))
    else:
        residents.archive(resident, reason=reason if reason in ARCHIVE_REASONS else "no_need", by=actor, at=at)
        messages.success(request, _("已归档：%(name)s。要找回，打开后按“放回名单”。") % {"name": resident.name})
    return HttpResponseRedirect(reverse("access:resident", args=[resident.pk]))


@require_POST
@for_roles("staff", "lead")
@idempotent
def reveal(request: ActorRequest, ident: UUID) -> HttpResponse:
    """Show the full identity number for a minute; who asked and why is written down."""
    resident = selectors.resident_of(actor_of(request), ident)
    purpose = request.POST.get("purpose", "")[:40] or "check"
    number = residents.reveal_id(resident, purpose=purpose, by=actor_of(request), at=clock.now())
    return page(request, "access/residents/revealed.html", {"resident": resident, "number": number})


@require_POST
@for_roles("staff", "lead")
@idempotent
def mark_checked(request: ActorRequest) -> HttpResponse:
    """Mark the ticked residents as checked today."""
    idents = [value for value in request.POST.getlist("resident") if _is_uuid(value)]
    count = residents.mark_checked([UUID(value) for value in idents], by=actor_of(request), at=clock.now())
    messages.success(request, _("%(n)s 位标为已核对。") % {"n": count})
    return HttpResponseRedirect(reverse("access:residents"))


def _group(asked: str) -> str:
    """Return the filter asked for; an unknown one is none."""
    return asked if asked in {value for value, _label, _key in FILTERS} else ""


def _look_alikes(request: ActorRequest, form: ResidentForm) -> list[Resident]:
    data: dict[str, Any] = form.cleaned_data
    besides = request.POST.get("besides", "")
    return selectors.look_alikes(
        actor_of(request),
        name=data.get("name", ""),
        phone=data.get("phone", ""),
        id_no=data.get("id_no", ""),
        birth_date=data.get("birth_date"),
        besides=UUID(besides) if _is_uuid(besides) else None,
    )


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
