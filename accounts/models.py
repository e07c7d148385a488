"""Users and their posts (岗位): role and place by value, so that nothing here points upward."""

from __future__ import annotations

import uuid
from datetime import datetime

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.guards import never_in_production, words
from core.vocabulary import PlaceKind, Role


class Theme(models.TextChoices):
    """In which colours somebody sees the pages; `auto` follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class UserManager(BaseUserManager["User"]):
    """Make users."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        """Store a user with a hashed password."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in with a telephone or staff number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(_("手机号或工号"), max_length=40, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False, help_text="Made with a demo city; signs in only there")
    large_text = models.BooleanField(default=False)
    theme = models.CharField(max_length=5, default=Theme.AUTO, choices=Theme)
    single_keys = models.BooleanField(default=True, help_text="Single letters act as shortcuts (WCAG 2.1.4)")
    failed_sign_ins = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [words("user", "theme", Theme)]
        triggers = never_in_production("sign_in", pgtrigger.Q(new__is_demo=True))

    USERNAME_FIELD = "username"
    objects = UserManager()
    known_posts: list[Post] | None = None  # read together with the user of a session (accounts/backends.py)

    def __str__(self) -> str:
        return self.name


class PostQuerySet(models.QuerySet["Post"]):
    """Questions about posts."""

    def held_at(self, at: datetime) -> PostQuerySet:
        """Posts valid at a time."""
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=at)).filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=at)
        )


class Post(models.Model):
    """One role at one place for one person; the scope is the prefix of the place's code."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts")
    role = models.CharField(max_length=10, choices=Role)
    place_kind = models.CharField(max_length=14, choices=PlaceKind)
    place_code = models.CharField(max_length=40)
    place_label = models.CharField(max_length=120)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "place_code"], name="post_once"),
            words("post", "role", Role),
            words("post", "place_kind", PlaceKind),
        ]
        indexes = [models.Index(fields=["role", "place_code"], name="post_place")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.place_label}"

    def is_held_at(self, at: datetime) -> bool:
        """Say whether the post is valid at a time, as `held_at` asks of the database."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_until is None or self.valid_until > at
        )

    def actor(self) -> Actor:
        """Return who acts when this post's holder acts."""
        return Actor(
            key=f"user:{self.user_id}",
            label=self.user.name,
            role=self.role,
            place_kind=self.place_kind,
            place_code=self.place_code,
            place_label=self.place_label,
        )
