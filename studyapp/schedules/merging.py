"""Two histories of one person become one: by the log, in time order."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from studyapp.accounts.models import User
from studyapp.memory import fsrs6
from studyapp.memory.preferences import Preferences
from studyapp.schedules.answers import is_leech, look_from_the_start
from studyapp.schedules.models import Action, Place, Review, Schedule


def replay(schedule: Schedule, reviews: Iterable[Review], preferences: Preferences) -> None:
    """Compute a schedule anew from its answers, given in time order; saves nothing.

    Whether it is suspended, and what is hidden today, stays as it is.
    """
    memory = fsrs6.Memory()
    schedule.reps = schedule.lapses = 0
    schedule.leech = False
    for review in reviews:
        if review.rating is None:
            continue
        lapsed = memory.state == fsrs6.REVIEW and review.rating == fsrs6.AGAIN
        outcome = fsrs6.review(memory, review.rating, review.day, preferences, str(schedule.item_id))
        memory = outcome.memory
        schedule.reps += 1
        schedule.lapses += lapsed
        schedule.leech = schedule.leech or (lapsed and is_leech(schedule.lapses, preferences))
        schedule.due_at = None if outcome.wait is None else review.at + outcome.wait
        schedule.due_day = outcome.due_day
        schedule.last_at = review.at
    schedule.state, schedule.step = memory.state, memory.step
    schedule.stability, schedule.difficulty = memory.stability, memory.difficulty
    schedule.last_day = memory.last_day
    schedule.scheduler = fsrs6.SCHEDULER


def merge_histories(guest: User, person: User) -> None:
    """Give the guest's reviews to the person; items that both met are scheduled anew from both logs.

    Runs inside the caller's transaction. No review is lost, none is doubled.
    """
    theirs = {schedule.item_id: schedule for schedule in person.schedules.select_for_update()}
    both = []
    for schedule in guest.schedules.select_for_update():
        mine = theirs.get(schedule.item_id)
        if mine is None:
            continue
        mine.suspended = mine.suspended or schedule.suspended
        mine.buried_day = _later(mine.buried_day, schedule.buried_day)
        mine.sibling_day = _later(mine.sibling_day, schedule.sibling_day)
        mine.version = max(mine.version, schedule.version) + 1
        both.append(mine)
    guest.schedules.filter(item__in=[schedule.item_id for schedule in both]).delete()
    guest.schedules.update(user=person)
    guest.reviews.update(user=person)

    logs: defaultdict[int, list[Review]] = defaultdict(list)
    answers = person.reviews.filter(
        item__in=[schedule.item_id for schedule in both], action=Action.ANSWER, undone=False
    ).order_by("at", "id")
    for review in answers:
        logs[review.item_id].append(review)
    for schedule in both:
        replay(schedule, logs[schedule.item_id], person.preferences)
        # Of the two first answers, only the earlier met the item.
        for review in logs[schedule.item_id][1:]:
            review.was_new = False
    Schedule.objects.bulk_update(
        both, [field.name for field in Schedule._meta.concrete_fields if not field.primary_key]
    )
    Review.objects.bulk_update([review for log in logs.values() for review in log[1:]], ["was_new"])
    Place.objects.filter(user=guest).delete()
    look_from_the_start(person.pk)


def _later[T: Any](one: T, other: T) -> T:
    return other if one is None or (other is not None and other > one) else one


def on_guest_joined(sender: object, guest: User, person: User, **_: object) -> None:
    """Receive `guest_joined`."""
    merge_histories(guest, person)


def on_learner_exported(sender: object, user: User, **_: object) -> list[tuple[str, Iterable[dict[str, Any]]]]:
    """Receive `learner_exported`: the learner's schedules and log as plain JSON."""
    schedules = user.schedules.select_related("item").order_by("id").iterator(chunk_size=2000)
    reviews = user.reviews.select_related("item").order_by("id").iterator(chunk_size=2000)
    return [
        ("schedules", map(_schedule_json, schedules)),
        ("reviews", map(_review_json, reviews)),
    ]


def _schedule_json(schedule: Schedule) -> dict[str, Any]:
    return {
        "item": schedule.item.key,
        "state": schedule.get_state_display().lower(),
        "step": schedule.step,
        "stability": schedule.stability,
        "difficulty": schedule.difficulty,
        "due_at": schedule.due_at and schedule.due_at.isoformat(),
        "due_day": schedule.due_day and schedule.due_day.isoformat(),
        "last_at": schedule.last_at and schedule.last_at.isoformat(),
        "last_day": schedule.last_day and schedule.last_day.isoformat(),
        "reps": schedule.reps,
        "lapses": schedule.lapses,
        "leech": schedule.leech,
        "suspended": schedule.suspended,
        "scheduler": schedule.scheduler,
    }


def _review_json(review: Review) -> dict[str, Any]:
    return {
        "item": review.item.key,
        "action": review.get_action_display().lower(),
        "rating": review.rating,
        "at": review.at.isoformat(),
        "day": review.day.isoformat(),
        "duration_seconds": timedelta(milliseconds=review.duration_ms).total_seconds(),
        "stability": review.stability,
        "difficulty": review.difficulty,
        "undone": review.undone,
        "scheduler": review.scheduler,
    }
