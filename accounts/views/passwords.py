"""Choose a password by a link that works once."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.forms import NewPasswordForm
from accounts.models import User
from accounts.requests import ActorRequest
from accounts.services import passwords
from core.errors import Invalid, NotFound
from core.http import page


@require_safe
@never_cache
def choose_password(request: ActorRequest) -> HttpResponse:
    """Show the form to whoever has a link that is still good."""
    link = request.GET.get("link", "")
    try:
        who = passwords.user_of_link(link)
    except NotFound as error:
        return page(request, "accounts/choose_password.html", {"refused": error.message}, status=410)
    return _form(request, NewPasswordForm(initial={"link": link}), who)


@require_POST
@never_cache
def choose_password_submit(request: ActorRequest) -> HttpResponse:
    """Store it and lead to the sign-in page."""
    form = NewPasswordForm(request.POST)
    try:
        who = passwords.user_of_link(request.POST.get("link", ""))
        if form.is_valid():
            typed = form.cleaned_data
            passwords.choose(typed["link"], password=typed["password"], at=timezone.now())
            return HttpResponseRedirect(reverse("sign_in"))
    except NotFound as error:
        return page(request, "accounts/choose_password.html", {"refused": error.message}, status=410)
    except Invalid as error:
        form.add_error("password", error.message)
    return _form(request, form, who, status=422)


def _form(request: ActorRequest, form: NewPasswordForm, who: User, status: int = 200) -> HttpResponse:
    return page(request, "accounts/choose_password.html", {"form": form, "who": who}, status=status)
