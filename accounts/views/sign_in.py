"""Sign in, sign out, switch post, display choices."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.demo import DEMO_PASSWORD
from accounts.forms import SignInForm
from accounts.middleware import SESSION_POST
from accounts.models import Theme, User
from accounts.requests import ActorRequest
from accounts.selectors import demo_users, own_post
from accounts.services import people
from accounts.services import sign_in as service
from core import clock
from core.errors import DomainError
from core.http import next_url, page
from core.vocabulary import Role

LANDINGS: dict[str, str] = {
    Role.STAFF: "access:home",
    Role.LEAD: "access:home",
    Role.GUARD: "communities:gate",
    Role.DRIVER: "transport:sheet",
    Role.DISPATCH: "dispatch:board",
    Role.INTAKE: "hospitals:desk",
    Role.HOSPADM: "hospitals:services",
    Role.COMMAND: "command:overview",
    Role.AUDITOR: "audit_log",
    Role.SYSADMIN: "administration",
}


@require_safe
@never_cache
def sign_in(request: ActorRequest) -> HttpResponse:
    """Show the form; a person already signed in goes home."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_url(request, reverse("home")))
    form = SignInForm(initial={"next": request.GET.get("next", "")})
    return page(request, "accounts/sign_in.html", {"form": form, **_demo()})


@require_POST
@never_cache
def sign_in_submit(request: ActorRequest) -> HttpResponse:
    """Check number and password, rotate the session, land on the post's first page."""
    form = SignInForm(request.POST)
    if form.is_valid():
        try:
            user = service.check(
                form.cleaned_data["username"], password=form.cleaned_data["password"], at=timezone.now()
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            login(request, user)
            return HttpResponseRedirect(next_url(request, reverse("home")))
    return page(request, "accounts/sign_in.html", {"form": form, **_demo()}, status=422)


@require_POST
def sign_out(request: ActorRequest) -> HttpResponse:
    """End the session; calls for help that are still in hand go back, so that somebody else takes them up."""
    post = request.post_held
    handed_back = import_string(settings.SIGNING_OUT)(by=post.actor(), at=clock.now()) if post else 0
    logout(request)
    if handed_back:
        messages.warning(request, _("您接手没办完的 %(n)s 件求助放回去了，别人可以接手。") % {"n": handed_back})
    return HttpResponseRedirect(reverse("sign_in"))


@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """Lead to the first page of the post held."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(reverse("sign_in"))
    post = request.post_held
    try:
        target = reverse(LANDINGS[post.role]) if post else ""
    except (KeyError, NoReverseMatch):
        target = ""
    return HttpResponseRedirect(target) if target else page(request, "accounts/no_post.html", status=403)


@require_POST
def switch_post(request: ActorRequest, post_id: int) -> HttpResponse:
    """Work on another of one's own posts."""
    if isinstance(request.user, User):
        request.session[SESSION_POST] = own_post(request.user, post_id, at=clock.now()).pk
        request.session.cycle_key()
        rotate_token(request)  # a tab left open on the other post presses nothing in this one's name
    return HttpResponseRedirect(reverse("home"))


@require_POST
def prefer(request: ActorRequest) -> HttpResponse:
    """Store 大字, 夜间, language: on the account when signed in, and in cookies for the sign-in page."""
    response = HttpResponseRedirect(next_url(request, reverse("home")))
    choices: dict[str, bool | str] = {}
    if "large" in request.POST:
        choices["large_text"] = request.POST["large"] == "1"
        response.set_cookie("large", "1" if choices["large_text"] else "0", max_age=31536000, samesite="Lax")
    if request.POST.get("theme") in Theme.values:
        choices["theme"] = request.POST["theme"]
        response.set_cookie("theme", request.POST["theme"], max_age=31536000, samesite="Lax")
    if "single_keys" in request.POST:
        choices["single_keys"] = request.POST["single_keys"] == "1"
    if translation.check_for_language(request.POST.get("language", "")):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, request.POST["language"], max_age=31536000, samesite="Lax")
    if isinstance(request.user, User) and choices:
        people.prefer(request.user, **choices)
    return response


def _demo() -> dict[str, object]:
    """Offer the demo sign-ins where a demo city is loaded, nothing anywhere else."""
    return {"demo_posts": demo_users(), "demo_password": DEMO_PASSWORD} if settings.DEMO else {}
