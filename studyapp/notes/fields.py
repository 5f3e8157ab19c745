"""Fields of the notes' models."""

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class OrderedJSONField(models.TextField):  # type: ignore[type-arg]
    """JSON kept as it was written: the order of keys too, which PostgreSQL's own type sorts, and any character.

    The values of a question are drawn in the order of its `let`. What is within cannot be asked for in a query.
    """

    _pyi_private_set_type: Any  # what the type checker takes for its values
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: object, connection: BaseDatabaseWrapper) -> Any:
        """Give the value of a column."""
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        """Give what is kept of a value."""
        return None if value is None else json.dumps(value)

    def to_python(self, value: Any) -> Any:
        """Give a value as it is: nothing reads it from text."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Give the text of the column, for Django's serialisers."""
        return self.get_prep_value(self.value_from_object(obj)) or ""
