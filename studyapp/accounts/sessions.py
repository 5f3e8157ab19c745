"""Sessions in the database that bring their learner along: one query where Django's own take two."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field
from django.utils import timezone

from studyapp.accounts.models import Session, User

_USER_FIELDS: "list[Field[Any, Any]]" = list(User._meta.concrete_fields)
_SESSION_FIELDS: "list[Field[Any, Any]]" = [
    field for field in Session._meta.concrete_fields if field.name in ("session_data", "expire_date")
]
_TABLES = (("s", _SESSION_FIELDS), ("u", _USER_FIELDS))
_USER_ATTRIBUTES = [field.attname for field in _USER_FIELDS]


@cache
def _select(vendor: str) -> str:
    """Give the query of a session and its learner."""
    quote = connection.ops.quote_name
    columns = [f"{table}.{quote(str(field.column))}" for table, fields in _TABLES for field in fields]
    return (
        f"SELECT {', '.join(columns)} FROM {quote(Session._meta.db_table)} s "
        f"LEFT JOIN {quote(User._meta.db_table)} u ON u.id = s.user_id WHERE s.session_key = %s"
    )


@cache
def _converters(vendor: str) -> list[tuple[int, Any, list[Callable[..., Any]]]]:
    """Give, for the columns that need it, what turns the database's value into the field's."""
    found = []
    for place, field in enumerate([*_SESSION_FIELDS, *_USER_FIELDS]):
        column = field.get_col(field.model._meta.db_table)
        converters = [*connection.ops.get_db_converters(column), *field.get_db_converters(connection)]
        if converters:
            found.append((place, column, converters))
    return found


class SessionStore(DatabaseSessionStore):
    """A session whose row names its user; `loaded_user` is that user once the session was read."""

    loaded_user: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        """Read the session, and its learner with it; one that is gone or out of date is empty."""
        with connection.cursor() as cursor:
            cursor.execute(_select(connection.vendor), [self.session_key])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        values = list(row)
        for place, column, converters in _converters(connection.vendor):
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        data, expires, *user = values
        if expires <= timezone.now():
            self._session_key = None
            return {}
        if user[0] is not None:
            self.loaded_user = User.from_db(DEFAULT_DB_ALIAS, _USER_ATTRIBUTES, user)
        decoded: dict[str, Any] = self.decode(data)
        return decoded

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Make the row, with the learner that the session is signed in as."""
        session = super().create_model_instance(data)
        assert isinstance(session, Session)
        session.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return session
