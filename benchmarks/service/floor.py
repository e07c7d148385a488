"""The floor: the least that this stack does for a page. One model, three views, no sign-in, permission or audit.

Served by the same gunicorn with the same pool of connections as the product, so that a ratio says what our own code
costs. `python -m benchmarks.service.floor` makes its table; `benchmarks.service.floor:application` serves it.
"""

from __future__ import annotations

import os
import sys

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import IntegrityError, connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from environs import Env

DATABASE = Env().dj_db_url("DATABASE_URL")
POOL = int(os.environ.get("DATABASE_POOL", "0"))
if POOL:
    DATABASE.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": POOL, "timeout": 5}
ROWS = 3000
LIST = """<!doctype html><title>Floor</title><table>{% for row in rows %}
<tr><td>{{ row.name }}</td><td>{{ row.building }}</td><td>{{ row.kind }}</td><td>{{ row.at|date:"H:i" }}</td></tr>
{% endfor %}</table>"""

settings.configure(
    SECRET_KEY="only-for-the-floor",
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": DATABASE},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    USE_I18N=False,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
django.setup()


class Item(models.Model):
    """A row of the list."""

    place = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    building = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    key = models.CharField(max_length=64, unique=True)

    class Meta:
        app_label = "floor"
        db_table = "floor_item"
        indexes = [models.Index(fields=["place", "name", "id"], name="floor_item_place")]

    def __str__(self) -> str:
        return self.name


template = engines["django"].from_string(LIST)


def answer(text: str = "", status: int = 200) -> HttpResponse:
    """Say how long the answer is, so that the connection stays open."""
    content = text.encode()
    return HttpResponse(content, status=status, headers={"Content-Length": str(len(content))})


def plain(_request: HttpRequest) -> HttpResponse:
    """Answer without a database."""
    return answer("good")


def rows(_request: HttpRequest) -> HttpResponse:
    """List fifty rows by an index."""
    found = Item.objects.filter(place="here").order_by("name", "id")[:50]
    return answer(template.render({"rows": found}))


def insert(request: HttpRequest) -> HttpResponse:
    """Store a row once for its key, in one transaction."""
    words = request.POST
    try:
        with transaction.atomic():
            Item.objects.create(
                place="new", name="n", building="b", kind="k", at="2022-06-28T02:40Z", key=words["idempotency_key"]
            )
    except IntegrityError:
        return answer(status=409)
    return answer(status=204)


urlpatterns = [path("plain/", plain), path("rows/", rows), path("insert/", insert)]


def make_table() -> None:
    """Make the table and fill it."""
    with connection.schema_editor() as editor:
        editor.create_model(Item)
    kept = {"place": "here", "building": "5号楼", "kind": "dialysis", "at": "2022-06-28T02:40Z"}
    Item.objects.bulk_create(Item(name=f"居民 {n:05d}", key=f"first-{n}", **kept) for n in range(ROWS))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE floor_item")


if __name__ == "__main__":
    make_table()
    sys.stdout.write(f"{ROWS} rows\n")
else:
    application = get_wsgi_application()
