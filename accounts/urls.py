"""Sign-in and display choices."""

from django.urls import path

from accounts.views import sign_in as views
from core.verbs import by_method

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", by_method(GET=views.sign_in, POST=views.sign_in_submit), name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("post/<int:post_id>/", views.switch_post, name="switch_post"),
    path("prefer/", views.prefer, name="prefer"),
]
