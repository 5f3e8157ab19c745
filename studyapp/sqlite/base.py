"""The database backend `studyapp.sqlite`: Django's own, with the one call that pysqlite3 lacks."""

import sqlite3  # pysqlite3 where there is a wheel: see studyapp/__init__.py
from typing import Any

from django.db.backends.sqlite3 import base

# Codes of SQLite's C interface. Source: https://sqlite.org/c3ref/c_limit_attached.html
LIMIT_COLUMN, LIMIT_VARIABLE_NUMBER = 2, 9


class Connection(sqlite3.Connection):
    """A connection that knows its limits."""

    def getlimit(self, category: int, /) -> int:
        """Give a run-time limit. pysqlite3 does not read them; its SQLite is built with the defaults.

        Source: https://sqlite.org/limits.html
        """
        return {LIMIT_COLUMN: 2000, LIMIT_VARIABLE_NUMBER: 32_766}[category]


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the embedded database."""

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        if not hasattr(sqlite3, "SQLITE_LIMIT_COLUMN"):
            sqlite3.SQLITE_LIMIT_COLUMN = LIMIT_COLUMN  # type: ignore[misc]
            sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER = LIMIT_VARIABLE_NUMBER  # type: ignore[misc]
        if not hasattr(sqlite3.Connection, "getlimit"):
            parameters["factory"] = Connection
        return parameters
