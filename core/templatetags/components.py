"""Placeholder until the components land."""

from django import template

register = template.Library()
