"""People and what lets them in: users, memberships, invitations, API keys; must not decide rights."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Substr

from districts.access.permissions import Role
from districts.tenancy import (
    Audited,
    DistrictModel,
    DistrictPolicy,
    district_table,
)


class UserManager(BaseUserManager["User"]):
    """Creates users by email."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person; without a password nobody can sign in as them yet."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person, known by email; may belong to several districts. A platform table."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    notices = models.JSONField(
        default=list,
        blank=True,
        help_text="What somebody else did to the way in: event, by, at. Only appended to.",
    )
    notices_seen = models.PositiveIntegerField(
        default=0, help_text="How many of the notices were acknowledged; the others are told at each sign-in."
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Return the name to show."""
        return self.name or self.email


class Membership(DistrictModel):
    """A person's role in one district; a person reads their own rows in every district."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            DistrictPolicy(name="membership_district", or_own=("user_id", "user_id")),
            models.UniqueConstraint(fields=["district", "id"], name="membership_district_id"),
            models.UniqueConstraint(fields=["district", "user"], name="membership_once"),
            Audited(name="membership_audit"),
        ]


class Invitation(DistrictModel):
    """An offer of a role to an email address, taken up once by its secret link."""

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices)
    token_hash = models.CharField(max_length=64, editable=False)
    link = models.GeneratedField(
        expression=Substr("token_hash", 1, 8),
        output_field=models.CharField(max_length=8),
        db_persist=True,
    )  # names the link in the audit and on pages; opens nothing
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            DistrictPolicy(name="invitation_district", or_own=("token_hash", "credential")),
            models.UniqueConstraint(fields=["district", "id"], name="invitation_district_id"),
            models.UniqueConstraint(fields=["token_hash"], name="invitation_token_once"),
            Audited(name="invitation_audit"),
        ]


class ApiKey(DistrictModel):
    """A key for the API: one district, one role; only its hash is kept."""

    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=Role.choices)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            DistrictPolicy(name="apikey_district", or_own=("key_hash", "credential")),
            models.UniqueConstraint(fields=["district", "id"], name="apikey_district_id"),
            models.UniqueConstraint(fields=["key_hash"], name="apikey_hash_once"),
            Audited(name="apikey_audit"),
        ]


class SavedView(DistrictModel):
    """When a person last looked at a page, so that it can say what changed since."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=40)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            *district_table("savedview", audited=False),
            models.UniqueConstraint(fields=["district", "user", "page"], name="savedview_once"),
        ]


class SignInCount(models.Model):
    """What the sign-in library counts and remembers, where no dead cache can lose it. A platform table.

    The columns are those of Django's database cache.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)
