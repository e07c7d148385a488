"""Administrative divisions and dispatch areas."""

from __future__ import annotations

from django.db import models


class Area(models.Model):
    """One administrative division; its code begins with its parent's digits."""

    code = models.CharField(max_length=12, primary_key=True)
    parent_code = models.CharField(max_length=12, blank=True)
    level = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class DispatchArea(models.Model):
    """A set of districts whose vehicles are dispatched together (decisions.md B8)."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=60)
    city_code = models.CharField(max_length=12)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class DispatchAreaDivision(models.Model):
    """One district of a dispatch area; a district belongs to one area."""

    area = models.ForeignKey(DispatchArea, on_delete=models.CASCADE, related_name="divisions")
    district_code = models.CharField(max_length=12, unique=True)

    def __str__(self) -> str:
        return self.district_code
