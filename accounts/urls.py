"""Sign-in and display choices."""

from django.urls import path

from accounts.views import keepers, passwords
from accounts.views import sign_in as views
from core.verbs import by_method

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", by_method(GET=views.sign_in, POST=views.sign_in_submit), name="sign_in"),
    path(
        "password/",
        by_method(GET=passwords.choose_password, POST=passwords.choose_password_submit),
        name="choose_password",
    ),
    path("audit/", keepers.audit_log, name="audit_log"),
    path("administration/", keepers.administration, name="administration"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("post/<int:post_id>/", views.switch_post, name="switch_post"),
    path("prefer/", views.prefer, name="prefer"),
]
