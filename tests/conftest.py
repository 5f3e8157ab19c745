"""What all tests share: the order in which they run, and what they need to run at all."""

import os

import pytest

HEAVY = ("durability", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the quick tests first, then those that start servers, then those that drive a browser."""
    items.sort(
        key=lambda item: max((HEAVY.index(name) + 1 for name in HEAVY if item.get_closest_marker(name)), default=0)
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs PostgreSQL where the tests run on another database."""
    if item.get_closest_marker("postgres") and not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("runs on PostgreSQL only: set DATABASE_URL=postgres://…")
