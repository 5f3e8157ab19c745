"""Django's SQLite backend, made to work with the newer SQLite that the pysqlite3 wheel carries."""
