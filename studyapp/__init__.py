"""Stowage: the study app for AWS container notes."""

import sys

# Many systems ship an SQLite (3.7.0 to 3.51.2) whose write-ahead log can be corrupted when it is
# reset under load. Where the newer SQLite of the pysqlite3 wheel is installed, it takes the place
# of the standard module before Django loads its backend.
# Source: https://sqlite.org/wal.html#the_wal_reset_bug
try:
    import pysqlite3
    import pysqlite3.dbapi2
except ImportError:  # no wheel for this platform: the standard module serves
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
