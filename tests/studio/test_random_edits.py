"""Whatever is published, retired, brought back and moved: rows, versions and pages say the same, and the laws hold."""

from dataclasses import replace

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from studyapp.content.checks import check_course, errors
from studyapp.content.records import plain
from studyapp.notes.models import Fact, Topic
from studyapp.schedules.models import Item, Schedule
from studyapp.studio import editing
from studyapp.studio.editing import Refused, Stale, bring_back, course_from_rows, move, publish, reading_of, retire
from studyapp.studio.models import Document
from studyapp.studio.rows import KINDS, Keys
from tests.factories import make_user
from tests.studio.test_sync import learner_of, load

pytestmark = pytest.mark.django_db
NAMES = [
    ("topic", "ecs"), ("topic", "placement"), ("topic", "ports"), ("fact", "N001"), ("fact", "A001"), ("fact", "N002"),
    ("card", "N001-a"), ("card", "A001-b"), ("card", "N002-a"), ("term", "host-port"), ("pair", "filter-or-strategy"),
    ("diagram", "funnel"),
]  # fmt: skip
WORDS = st.sampled_from(["New words.", "", "<b>x</b>", "[x](fact:N999)", "{{gap}} is filled.", "host port", "x " * 400])
TEXTS = {
    "topic": ("title", "summary", "parent", "body"), "fact": ("statement", "why", "topic", "verdict", "today"),
    "card": ("front", "back", "reason", "fact", "kind"), "term": ("definition", "topic"), "diagram": ("svg",),
    "pair": ("difference", "left"),
}  # fmt: skip
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "publish", "publish", "retire", "bring back", "move", "stale"]),
        st.sampled_from(NAMES), st.integers(0, 4), WORDS, st.sampled_from(["placement", "ports", "ecs", "nowhere"]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


def state():
    """Give all that must stay as it is when a change is refused."""
    pages = list(Topic.objects.order_by("key").values_list("key", "article_html", "parent__key"))
    facts = list(Fact.objects.order_by("key").values_list("key", "statement_html", "retired"))
    versions = list(Document.objects.order_by("kind", "key").values_list("kind", "key", "number", "retired"))
    return course_from_rows(), pages, facts, versions


def edit(step, ada):
    """Do one thing; give whether it was done."""
    what, (kind, key), place, words, topic = step
    records = {each.key: each for each in editing.of(course_from_rows(), kind)}
    try:
        if what == "retire":
            retire([(kind, key)], ada)
        elif what == "bring back":
            bring_back([(kind, key)], ada)
        elif what == "move":
            move([(kind, key)], topic, ada)
        elif key in records:
            names = TEXTS[kind]
            name = names[place % len(names)]
            value = topic if name in ("topic", "parent") else "N002" if name == "fact" else words
            base = Document.objects.get(kind=kind, key=key).number - (what == "stale")
            publish({(kind, key): replace(records[key], **{name: value})}, ada, bases={(kind, key): base})
    except (Refused, Stale):
        return False
    return True


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to make an example smaller takes minutes here
)
@given(EDITS)
def test_whatever_is_done_all_sides_agree(tmp_path_factory, steps):
    with transaction.atomic():
        load(tmp_path_factory.mktemp("tree"))
        ada, eve = make_user("ada"), learner_of("A001-a", "eve")
        for step in steps:
            before = state()
            if not edit(step, ada):
                assert state() == before
        keys, course = Keys(), course_from_rows()
        found = errors(check_course(reading_of(course), timezone.localdate()))
        assert not found, found
        for kind in KINDS.values():
            for row in kind.rows():
                holder = kind.holder(row)
                document = Document.objects.get(kind=kind.name, key=holder.key)
                assert (document.record, document.retired) == (plain(kind.own(row, keys)), holder.retired)
                assert document.history.count() == document.number
        for fact in course.facts:
            row = Fact.objects.get(key=fact.key)
            assert row.statement_html.strip() in Topic.objects.get(key=fact.topic).article_html
        for schedule in Schedule.objects.select_related("item"):
            item = Item.objects.get(pk=schedule.item_id)
            assert (schedule.retired, schedule.topic_id, schedule.fact_id) == (
                item.retired,
                item.topic_id,
                item.fact_id,
            )
        assert eve.schedules.count() == 1
        transaction.set_rollback(True)
