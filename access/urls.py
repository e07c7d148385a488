"""Pages of the community desk."""

from django.urls import path

from access.views import residents
from core.verbs import by_method

app_name = "access"
urlpatterns = [
    path("residents/", residents.resident_list, name="residents"),
    path("residents/checked/", residents.mark_checked, name="residents_checked"),
    path("residents/check/", residents.check, name="resident_check"),
    path(
        "residents/new/",
        by_method(GET=residents.register_form, POST=residents.register_submit),
        name="resident_new",
    ),
    path("residents/<uuid:ident>/", residents.resident_detail, name="resident"),
    path(
        "residents/<uuid:ident>/edit/",
        by_method(GET=residents.edit_form, POST=residents.edit_submit),
        name="resident_edit",
    ),
    path("residents/<uuid:ident>/archive/", residents.archive, name="resident_archive"),
    path("residents/<uuid:ident>/reveal/", residents.reveal, name="resident_reveal"),
]
