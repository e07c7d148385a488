"""Tests of ./dev."""
