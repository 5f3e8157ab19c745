"""Nothing is lost and nothing counts twice, whatever happens to the server.

Each check runs on the site as it is, and on one with the fault that the check is there to find.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from tests.durability.learner import SAVED, Answer, Crowd, Learner
from tests.running import ROOT, Site, own_database

pytestmark = pytest.mark.durability
POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
CLIENTS = 8
KILLS = 30
KEYS = 200
POSTS_PER_KEY = 10


@pytest.fixture
def environment():
    """Give a site with the notes loaded, not running."""
    with own_database() as environment:
        site = Site(environment)
        site.start()
        site.stop()
        yield environment


def logged(environment):
    """Give the answers in the site's log, and what is wrong with the schedules that they made."""
    code = """
import json, django
django.setup()
from django.db import connection
from django.db.models import Count, F
from studyapp.schedules.models import Review, Schedule
answers = [[user, item, int(key.split('.')[-1]) if '.' in key else -1, rating]
           for user, item, key, rating in Review.objects.values_list('user_id', 'item_id', 'key', 'rating')]
counts = {(user, item): n for user, item, n in Review.objects.values_list('user_id', 'item_id').annotate(Count('id'))}
wrong = [f'user {user}, item {item}: {reps} answers scheduled, version {version}, {counts.pop((user, item), 0)} logged'
         for user, item, reps, version in Schedule.objects.values_list('user_id', 'item_id', 'reps', 'version')
         if not counts.get((user, item), 0) == reps == version]
if connection.vendor == 'sqlite':
    with connection.cursor() as cursor:
        cursor.execute('PRAGMA integrity_check')
        wrong += [row[0] for row in cursor.fetchall() if row[0] != 'ok']
print(json.dumps([answers, wrong]))
"""
    settings = {"DJANGO_SETTINGS_MODULE": "studyapp.settings"}
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment | settings, capture_output=True, text=True, check=True
    )
    answers, wrong = json.loads(ended.stdout)
    return [Answer(*answer) for answer in answers], wrong


def kill_under_load(environment, application=None, kills=KILLS):
    """Kill the whole server again and again while learners answer.

    Gives how many answers were acknowledged, and all that was lost, doubled or otherwise wrong afterwards.
    """
    site, chance = Site(environment, application), Random(4)
    site.start()
    try:
        with Crowd(site.port, CLIENTS) as crowd:
            for _ in range(kills):
                time.sleep(chance.uniform(0.2, 0.7))
                site.kill()
                site.start()
            time.sleep(0.5)
    finally:
        site.kill()
    found, wrong = logged(environment)
    acknowledged = Counter(crowd.answers())
    faults = [f"lost: {answer}" for answer in acknowledged if answer not in found]
    faults += [f"lost, and asked again: {answer}" for answer, times in acknowledged.items() if times > 1]
    faults += [f"counted {times} times: {answer}" for answer, times in Counter(found).items() if times > 1]
    faults += [f"never given: {answer}" for answer in found if answer not in acknowledged]
    return acknowledged.total(), faults + wrong + crowd.refused


def post_at_once(environment, application=None, keys=KEYS):
    """Send each of many answers ten times at once, the first of each learner included.

    Gives the statuses, how often each came, and the number of answers in the log.
    """
    site, statuses = Site(environment, application), Counter()
    site.start()
    rounds = 10

    def send(learner, fields, together):
        together.wait()
        try:
            statuses[learner.rate(fields, 1)] += 1
        except Exception as problem:
            statuses[repr(problem)] += 1

    try:
        with ThreadPoolExecutor(POSTS_PER_KEY) as pool:
            for _ in range(keys // rounds):
                learner = Learner(site.port)
                for _ in range(rounds):
                    fields = learner.look()
                    twins = [learner.twin() for _ in range(POSTS_PER_KEY)]
                    together = threading.Barrier(POSTS_PER_KEY)
                    list(pool.map(send, twins, [fields] * POSTS_PER_KEY, [together] * POSTS_PER_KEY))
                    learner.cookies |= twins[0].cookies
                    for twin in twins:
                        twin.close()
                learner.close()
    finally:
        site.kill()
    found, wrong = logged(environment)
    return statuses, len(found), wrong


def crowd_for(seconds, environment, application=None, size=16):
    """Let learners answer for a while; gives the number of answers, and what went wrong."""
    site = Site(environment, application)
    site.start()
    try:
        with Crowd(site.port, size) as crowd:
            time.sleep(seconds)
    finally:
        site.kill()
    said = [line for line in site.said if "locked" in line.lower() or "error" in line.lower()]
    found, wrong = logged(environment)
    lost = [f"lost: {answer}" for answer in set(crowd.answers()) - set(found)]
    return len(crowd.answers()), crowd.refused + said + lost + wrong


def test_no_acknowledged_answer_is_lost_or_doubled_when_the_server_is_killed(environment):
    answered, faults = kill_under_load(environment)
    assert faults == []
    assert answered > KILLS * CLIENTS


def test_the_kill_finds_an_answer_that_was_acknowledged_before_it_was_committed(environment):
    _, faults = kill_under_load(environment, "tests.durability.faults.early:application", kills=6)
    assert any(fault.startswith("lost") for fault in faults)


def test_an_answer_sent_ten_times_at_once_counts_once(environment):
    statuses, count, wrong = post_at_once(environment)
    assert statuses == {SAVED: KEYS * POSTS_PER_KEY}
    assert (count, wrong) == (KEYS, [])


def test_the_posts_find_that_there_is_no_key(environment):
    _, count, _ = post_at_once(environment, "tests.durability.faults.keyless:application", keys=10)
    assert count > 10


def test_another_answer_to_the_same_showing_is_refused(environment):
    site = Site(environment)
    site.start()
    try:
        learner = Learner(site.port)
        fields = learner.look()
        assert [learner.rate(fields, rating) for rating in (3, 3, 1, 4, 3)] == [SAVED, SAVED, 409, 409, SAVED]
    finally:
        site.kill()
    answers, wrong = logged(environment)
    assert ([answer.rating for answer in answers], wrong) == ([3], [])


def test_sixteen_learners_do_not_lock_each_other_out(environment):
    answered, faults = crowd_for(20, environment)
    assert faults == []
    assert answered > 500


@pytest.mark.skipif(POSTGRES, reason="only the embedded database locks as a whole")
def test_the_crowd_finds_transactions_that_are_not_immediate(environment):
    _, faults = crowd_for(4, environment, "tests.durability.faults.deferred:application")
    assert any("locked" in fault for fault in faults)
