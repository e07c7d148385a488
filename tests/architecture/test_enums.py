"""Every column whose words an enum names is held to them by the database; a new column joins by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.conf import settings
from django.db import models
from django.test.utils import isolate_apps

from core.guards import words


def columns(known: Iterable[type[models.Model]]) -> Iterator[tuple[type[models.Model], models.Field]]:
    """Give every column of the product that has choices."""
    for model in known:
        for field in model._meta.concrete_fields:
            if field.choices:
                yield model, field


def of_the_product() -> list[type[models.Model]]:
    """Return the models of the product's own apps."""
    own = {config.label for config in apps.get_app_configs() if (settings.BASE_DIR / config.label).is_dir()}
    return [model for model in apps.get_models() if model._meta.app_label in own]


def guard_of(model: type[models.Model], field: models.Field) -> tuple[str, set[str]]:
    """Return the name and the words of the constraint on a column; an empty name when there is none."""
    for each in model._meta.constraints:
        children = each.condition.children if isinstance(each, models.CheckConstraint) else []
        if len(children) == 1 and isinstance(children[0], tuple) and children[0][0] == f"{field.name}__in":
            return each.name, set(children[0][1])
    return "", set()


def allowed(field: models.Field) -> set[str]:
    """Return what may stand in a column."""
    return {str(word) for word, _ in field.flatchoices} | ({""} if field.blank else set())


def unguarded(known: Iterable[type[models.Model]]) -> list[str]:
    """Name the columns that the database would let any word into, or other words than the enum's."""
    return [
        f"{model.__name__}.{field.name}" for model, field in columns(known) if guard_of(model, field)[1] != allowed(field)
    ]  # fmt: skip


def test_every_column_with_choices_has_its_constraint() -> None:
    assert len(list(columns(of_the_product()))) > 35
    assert unguarded(of_the_product()) == []


@isolate_apps("core")
def test_a_column_without_one_or_with_other_words_is_noticed() -> None:
    class Colour(models.TextChoices):
        RED = "red"
        BLUE = "blue"

    class Fewer(models.TextChoices):
        RED = "red"

    class Thing(models.Model):
        held = models.CharField(max_length=4, choices=Colour)
        may_be_empty = models.CharField(max_length=4, choices=Colour, blank=True)
        bare = models.CharField(max_length=4, choices=Colour)
        other = models.CharField(max_length=4, choices=Colour)

        class Meta:
            app_label = "core"
            constraints = [
                words("thing", "held", Colour),
                words("thing", "may_be_empty", Colour, may_be_blank=True),
                words("thing", "other", Fewer),
            ]

        def __str__(self) -> str:
            return "thing"

    assert unguarded([Thing]) == ["Thing.bare", "Thing.other"]
