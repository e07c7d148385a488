"""Facilities, services, slots, appointments, intake."""

from django.apps import AppConfig


class HospitalsConfig(AppConfig):
    name = "hospitals"
    verbose_name = "hospitals"
