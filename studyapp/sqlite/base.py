"""The database backend `studyapp.sqlite`: Django's own, but for one call that pysqlite3 lacks."""

from django.db.backends.sqlite3 import base, features


class DatabaseFeatures(features.DatabaseFeatures):
    """Django asks the connection for SQLITE_LIMIT_VARIABLE_NUMBER; pysqlite3 has no `getlimit`."""

    # SQLite's own default since 3.32, which the wheel keeps. Source: https://sqlite.org/limits.html
    max_query_params = 32_766


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the embedded database."""

    features_class = DatabaseFeatures
