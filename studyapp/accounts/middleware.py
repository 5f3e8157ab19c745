"""The person behind a request."""

from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from studyapp.accounts.models import User


def _learner(request: HttpRequest) -> object:
    """Give the user that the session brought along; by Django's own way where it brought none."""
    session = request.session
    user_id = session.get(auth.SESSION_KEY)  # reads the session
    user: User | None = getattr(session, "loaded_user", None)
    if (
        user is not None
        and str(user.pk) == user_id
        and user.is_active
        and constant_time_compare(session.get(auth.HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    ):
        return user
    return auth.get_user(request)


class LearnerMiddleware(AuthenticationMiddleware):
    """Django's middleware, but the learner comes in the session's own query."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)  # checks the order of the middleware, sets `auser`
        request.user = SimpleLazyObject(lambda: _learner(request))  # type: ignore[assignment]
