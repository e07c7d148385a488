"""Pages of the community desk."""

from django.urls import path

from access.views import (
    callers,
    home,
    identity,
    life,
    lowering,
    needs,
    people_out,
    request,
    requests,
    residents,
    strangers,
)
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
    path("residents/<uuid:ident>/result/", residents.note_result, name="resident_result"),
    path("residents/<uuid:ident>/archive/", residents.archive, name="resident_archive"),
    path("residents/<uuid:ident>/absence/", life.absence, name="resident_absence"),
    path("residents/<uuid:ident>/needs/<uuid:need_id>/", life.need_act, name="need_act"),
    path("residents/<uuid:ident>/needs/<uuid:need_id>/excuse/", home.excuse, name="excuse"),
    path("residents/<uuid:ident>/needs/<uuid:need_id>/excuse/undo/", home.undo_excuse, name="excuse_undo"),
    path("residents/<uuid:ident>/needs/new/", by_method(GET=needs.new_form, POST=needs.new_submit), name="need_new"),
    path(
        "residents/<uuid:ident>/needs/<uuid:need_id>/edit/",
        by_method(GET=needs.edit_form, POST=needs.edit_submit),
        name="need_edit",
    ),
    path("today/", home.home, name="home"),
    path("out/", people_out.people_out, name="people_out"),
    path(
        "residents/<uuid:ident>/request/",
        by_method(GET=requests.request_new, POST=requests.request_submit),
        name="request_new",
    ),
    path("residents/<uuid:ident>/critical/", requests.request_critical, name="request_critical"),
    path("callers/", by_method(GET=callers.find_form, POST=callers.find), name="caller_find"),
    path("callers/<uuid:ident>/", by_method(GET=callers.ask_form, POST=callers.ask), name="caller_ask"),
    path("callers/<uuid:ident>/critical/", callers.ask_critical, name="caller_critical"),
    path("requests/", requests.request_list, name="requests"),
    path("requests/by-cycle/", home.ask_due, name="ask_due"),
    path("requests/<uuid:ident>/", request.request_detail, name="request"),
    path("requests/<uuid:ident>/approve/", request.approve, name="request_approve"),
    path("requests/<uuid:ident>/cancel/", request.cancel, name="request_cancel"),
    path("requests/<uuid:ident>/critical/", request.critical, name="request_raise"),
    path(
        "requests/<uuid:ident>/lower/",
        by_method(GET=lowering.show, POST=lowering.lower),
        name="request_lower",
    ),
    path("requests/<uuid:ident>/door-closed/", request.door_closed, name="request_door_closed"),
    path("requests/<uuid:ident>/home/", request.say_home, name="request_home"),
    path("requests/<uuid:ident>/not-home/", request.not_home, name="request_not_home"),
    path("requests/<uuid:ident>/not-gone/", request.say_not_gone, name="request_not_gone"),
    path("requests/<uuid:ident>/not-gone/undo/", request.undo_not_gone, name="request_undo_not_gone"),
    path("requests/<uuid:ident>/hand-close/", request.hand_close, name="request_hand_close"),
    path("cases/<uuid:case_ref>/", callers.case, name="case"),
    path("cases/<uuid:case_ref>/identify/", by_method(GET=identity.show, POST=identity.join), name="identify"),
    path("cases/<uuid:case_ref>/identify/undo/", by_method(POST=identity.undo), name="identify_undo"),
    path("strangers/", by_method(GET=strangers.show), name="strangers"),
    path("strangers/<uuid:case_ref>/", by_method(POST=strangers.describe), name="stranger"),
    path("strangers/<uuid:case_ref>/home/", by_method(POST=strangers.say_home), name="stranger_home"),
    path("residents/<uuid:ident>/reveal/", residents.reveal, name="resident_reveal"),
]
