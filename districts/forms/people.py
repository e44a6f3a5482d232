"""Forms of people, invitations and keys; must not write."""

from collections.abc import Iterable

from django import forms
from django.contrib.auth import password_validation

from districts.access.permissions import Role
from districts.models import User

HELP_WITH_IT = (
    "At least 12 characters. Four or five words that do not belong together work well. You may paste it from a"
    " password manager; no capital letters, digits or signs are asked for."
)


class PersonFilter(forms.Form):
    """Search among the people of a district."""

    q = forms.CharField(label="Name or email", required=False, max_length=100)
    role = forms.ChoiceField(label="Role", required=False, choices=[("", "Any role"), *Role.choices])


class RoleForm(forms.Form):
    """A person's role."""

    role = forms.ChoiceField(label="Role", choices=Role.choices, widget=forms.RadioSelect)


class NewOwnerForm(forms.Form):
    """Who answers from now on for what a person owned who leaves."""

    NOBODY = "nobody"
    owner = forms.ChoiceField(
        label="New owner",
        error_messages={"required": "Say who owns them from now on, or that nobody does yet."},
    )

    def __init__(self, *args: object, people: Iterable[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["owner"].choices = [  # type: ignore[attr-defined]
            ("", "Choose one"),
            *((str(user_id), name) for user_id, name in people),
            (self.NOBODY, "Nobody yet: home shows them as without an owner"),
        ]

    def read_owner(self) -> int | None:
        """Return the person chosen, None for nobody."""
        owner = self.cleaned_data["owner"]
        return None if owner == self.NOBODY else int(owner)


class InvitationForm(forms.Form):
    """An offer of a role to an email address."""

    email = forms.EmailField(
        label="Email",
        help_text="The invitation can only be accepted by an account with this address.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, widget=forms.RadioSelect)


class KeyForm(forms.Form):
    """A new API key."""

    name = forms.CharField(
        label="Name", max_length=100, help_text="What will use it, for example “Data warehouse, nightly”."
    )
    role = forms.ChoiceField(
        label="Role",
        choices=Role.choices,
        widget=forms.RadioSelect,
        help_text="The key may do what a person of this role may do.",
    )


class NewPasswordForm(forms.Form):
    """A new password, typed once: it can be shown, so it need not be typed twice."""

    password = forms.CharField(
        label="New password",
        strip=False,
        max_length=256,
        help_text=HELP_WITH_IT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        self.user.name = self.data.get("name", self.user.name)
        password_validation.validate_password(password, self.user)
        return password


class AccountForm(NewPasswordForm):
    """The account a person makes to accept an invitation."""

    field_order = ("name", "password")
    name = forms.CharField(
        label="Your name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
