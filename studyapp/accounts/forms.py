"""Forms by which a person signs up, and leaves."""

import unicodedata
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from studyapp.accounts.models import User

TAKEN = "Somebody here has that name already. Log in, or choose another."


class SignUpForm(forms.Form):
    """A user name or an e-mail address, and a password."""

    username = UsernameField(
        label="Name or e-mail address",
        max_length=150,
        help_text="You log in with it. An address is used for nothing else.",
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 8 characters, not only digits, not one of the common ones.",
    )
    tz = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_username(self) -> str:
        name = unicodedata.normalize("NFKC", self.cleaned_data["username"]).strip()
        if "@" in name:
            validate_email(name)
        else:
            UnicodeUsernameValidator()(name)
            if name.casefold().startswith("guest-"):
                raise ValidationError("Names that begin with “guest-” belong to guests. Choose another.")
        if User.objects.filter(username__iexact=name).exists():
            raise ValidationError(TAKEN)
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name, password = cleaned.get("username"), cleaned.get("password")
        if name and password:
            self.user.username = name
            try:
                password_validation.validate_password(password, self.user)
            except ValidationError as problem:
                self.add_error("password", problem)
        return cleaned

    def save(self) -> bool:
        """Turn the guest into the person, or make a new one; False when the name was taken meanwhile."""
        user, name = self.user, self.cleaned_data["username"]
        user.username, user.email = name, name if "@" in name else ""
        user.is_guest, user.guest_mark = False, None
        user.set_password(self.cleaned_data["password"])
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError:
            self.add_error("username", TAKEN)
            return False
        return True


class LogInForm(AuthenticationForm):
    """Django's form, in our words."""

    error_messages = {
        "invalid_login": "That name and password do not belong together. Only the password minds letter case.",
        "inactive": "This account is closed.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Name or e-mail address"


class DeleteForm(forms.Form):
    """The person's word that everything is to go: the password, or for a guest the word itself."""

    proof = forms.CharField(max_length=1000, strip=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if user.is_guest:
            self.fields["proof"].label = "Type DELETE"
        else:
            self.fields["proof"].label = "Your password"
            self.fields["proof"].widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})

    def clean_proof(self) -> str:
        proof: str = self.cleaned_data["proof"]
        if self.user.is_guest:
            if proof.strip() != "DELETE":
                raise ValidationError("Type the word DELETE, in capitals.")
        elif not self.user.check_password(proof):
            raise ValidationError("That is not your password.")
        return proof
