"""Addresses of calls for help."""

from django.urls import path

from calls import views

app_name = "calls"
urlpatterns = [
    path("", views.show, name="list"),
    path("strip/", views.strip, name="strip"),
    path("<uuid:call_id>/take/", views.take_up, name="take"),
    path("<uuid:call_id>/put-back/", views.put_back, name="put_back"),
    path("<uuid:call_id>/end/", views.end, name="end"),
]
