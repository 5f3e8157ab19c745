"""No saved draft is lost and no item is half published, whenever the process that saves is killed."""

import subprocess
import sys

import pytest

from tests.running import ROOT, manage, own_database

pytestmark = pytest.mark.durability

KILLS = 200
SCRIPT = """
import os, random, signal, sys, tempfile, time
from dataclasses import replace
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "studyapp.settings"
import django
django.setup()
from django.db import connections
from studyapp.accounts.models import User
from studyapp.content.reader import read_course
from studyapp.notes.models import Fact
from studyapp.studio import drafts, editing
from studyapp.studio.models import Document, Draft
from studyapp.studio.rows import KINDS, Keys
from studyapp.studio.sync import load_course
from studyapp.content.records import plain
from tests.content.tree import plant

fault = sys.argv[2]
load_course(read_course(plant(Path(tempfile.mkdtemp()))).course)
ada = User.objects.create_user("ada")
name = ("fact", "N001")
if fault == "half":  # the fault that this is there to find: rows saved apart from their versions
    whole = editing._write
    def _write(*given):
        whole(*given)
        connections["default"].connection.commit()
    editing._write = _write
if fault == "early":  # and a draft that is said to be saved before it is
    save = drafts.save

def work(round, pipe):
    for number in range(10_000):
        words = f"Round {round}, {number}."
        if fault == "early":
            os.write(pipe, f"draft {words}\\n".encode())
            time.sleep(0.01)
        draft = drafts.own_draft(*name, ada)
        drafts.save(*name, ada, {"statement": words}, base=0, saves=draft.saves if draft else 0)
        if fault != "early":
            os.write(pipe, f"draft {words}\\n".encode())
        if number % 3 == 2:
            record = next(each for each in editing.current_course().facts if each.key == "N001")
            editing.publish({name: replace(record, statement=words, why=words)}, ada)
            os.write(pipe, f"published {words}\\n".encode())

chance, wrong, published, saved = random.Random(7), [], "", 0
for round in range(int(sys.argv[1])):
    connections.close_all()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        work(round, write)
        os._exit(0)
    os.close(write)
    time.sleep(chance.uniform(0.005, 0.12))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(read) as stream:
        said = [line.rstrip("\\n").partition(" ")[::2] for line in stream if line.endswith("\\n")]
    saved += len(said)
    drafted = [(place, words) for place, (what, words) in enumerate(said) if what == "draft"]
    done = [(place, words) for place, (what, words) in enumerate(said) if what == "published"]
    published = done[-1][1] if done else published
    fact, document = Fact.objects.get(key="N001"), Document.objects.get(kind="fact", key="N001")
    if document.record != plain(KINDS["fact"].own(fact, Keys())):
        wrong.append(f"{round}: the item says other than its version")
    ours = fact.statement.startswith("Round")
    if ours and fact.why != fact.statement:
        wrong.append(f"{round}: half published")
    if ours and (fact.statement not in fact.statement_html or fact.statement not in fact.topic.article_html):
        wrong.append(f"{round}: the page says other than the item")
    if document.history.count() != document.number:
        wrong.append(f"{round}: {document.history.count()} of {document.number} versions")
    stands = Draft.objects.filter(key="N001").first()
    number = lambda words: tuple(int(part) for part in words.removeprefix("Round ").rstrip(".").split(", "))
    if published and number(fact.statement) < number(published):
        wrong.append(f"{round}: published words are lost")
    if drafted and (not done or drafted[-1][0] > done[-1][0]):
        words = drafted[-1][1]
        if stands is None and fact.statement != words:
            wrong.append(f"{round}: the draft is gone")
        elif stands is not None and number(stands.fields["statement"]) < number(words):
            wrong.append(f"{round}: the draft is older than was said")
print(saved, len(wrong), *wrong[:5], sep="\\n")
"""


def killed(environment, kills, fault=""):
    """Kill a process that saves and publishes; give how often it said that something was saved, and what was wrong."""
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(kills), fault], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    saved, count, *wrong = ended.stdout.splitlines()
    return int(saved), int(count), wrong


@pytest.fixture
def environment():
    with own_database() as environment:
        assert manage(environment, "migrate", "-v0").returncode == 0
        yield environment


def test_drafts_and_versions_survive_two_hundred_kills(environment):
    saved, count, wrong = killed(environment, KILLS)
    assert saved > KILLS // 4  # of which most come to several saves
    assert not count, wrong


@pytest.mark.parametrize("fault", ["half", "early"])
def test_the_check_finds_the_faults_it_is_there_for(environment, fault):
    assert killed(environment, 60, fault)[1]
