"""How a person is found at log-in."""

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from studyapp.accounts.models import User


class LearnerBackend(ModelBackend):
    """Log in by user name or e-mail address, whatever its letter case."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: object
    ) -> User | None:
        """Give the person with this name or address and password, or None."""
        if not username or password is None:
            return None
        people = User.objects.filter(is_guest=False)
        user = people.filter(username__iexact=username).first()
        if user is None and "@" in username:
            user = people.filter(email__iexact=username).first()
        if user is None:
            User().set_password(password)  # as slow as a wrong password, so that names cannot be probed
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
