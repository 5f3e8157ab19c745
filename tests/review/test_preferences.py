"""The learner's options."""

import pytest

from studyapp.accounts.models import User
from studyapp.memory.preferences import Preferences
from tests.schedules.course import make_learner

pytestmark = pytest.mark.django_db
DEFAULTS = {
    "new_per_day": "20", "reviews_per_day": "200", "desired_retention": "0.9", "learning_steps": "1m 10m",
    "relearning_steps": "10m", "learn_ahead": "20", "day_starts_at": "4", "bury_siblings": "on",
    "leech_threshold": "8", "maximum_interval": "36500", "fuzz": "on", "time_zone": "",
}  # fmt: skip


@pytest.fixture
def ada(client):
    user = make_learner(fuzz=True)
    client.force_login(user, backend="studyapp.accounts.backends.LearnerBackend")
    return user


def test_saving_the_defaults_stores_nothing(client, ada):
    assert client.post("/settings/", DEFAULTS).status_code == 302
    ada.refresh_from_db()
    assert ada.preferences_json == {}


def test_options_are_saved_and_shown_again(client, ada):
    changed = {"desired_retention": "0.95", "learning_steps": "5, 1h", "time_zone": "Asia/Tokyo", "new_per_day": "0"}
    assert client.post("/settings/", DEFAULTS | changed).status_code == 302
    ada = User.objects.get()
    assert ada.preferences == Preferences(desired_retention=0.95, learning_steps=(5, 60), new_per_day=0)
    assert ada.time_zone == "Asia/Tokyo"
    assert 'value="5m 60m"' in client.get("/settings/").content.decode()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("desired_retention", "0.69", "0.7"),
        ("desired_retention", "0.98", "0.97"),
        ("desired_retention", "nan", "number"),
        ("new_per_day", "-1", "0"),
        ("new_per_day", "9" * 30, "9999"),
        ("learning_steps", "ten", "is not a step"),
        ("learning_steps", "0m", "1 minute to 7 days"),
        ("learning_steps", "1 " * 11, "At most 10"),
        ("day_starts_at", "24", "23"),
        ("time_zone", "Mars/Olympus_Mons", "is no time zone"),
        ("time_zone", "europe/berlim", "Did you mean Europe/Berlin?"),
        ("maximum_interval", "0", "1"),
    ],
)
def test_an_option_out_of_its_range_is_refused_at_its_field(client, ada, field, value, message):
    response = client.post("/settings/", DEFAULTS | {field: value})
    assert response.status_code == 400
    text = response.content.decode()
    assert message in text.split(f'id="id_{field}_error"')[1].split("</p>")[0]
    ada.refresh_from_db()
    assert ada.preferences_json == {"fuzz": True}


def test_what_the_database_holds_of_other_versions_is_read():
    stored = {"new_per_day": 5, "gone": 1, "learning_steps": [3]}
    assert Preferences.from_json(stored) == Preferences(new_per_day=5, learning_steps=(3,))
