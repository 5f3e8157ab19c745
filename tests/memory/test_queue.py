"""Which stream the next item comes from."""

import pytest

from studyapp.memory.queue import Standing, Stream, next_stream


@pytest.mark.parametrize(
    ("standing", "stream"),
    [
        (Standing(new=5, due=5, learning=1, learning_now=True, learning_soon=True), Stream.LEARNING),
        (Standing(due=5, learning=1, learning_soon=True), Stream.REVIEW),
        (Standing(new=5, learning=1, learning_soon=True), Stream.NEW),
        (Standing(learning=1, learning_soon=True), Stream.AHEAD),
        (Standing(learning=1), None),
        (Standing(), None),
    ],
    ids=["a step has run out", "review", "new", "learn ahead", "step too far ahead", "nothing"],
)
def test_the_next_stream(standing, stream):
    assert next_stream(standing) == stream


def _play(new: int, due: int) -> list[Stream]:
    streams, standing = [], Standing(new=new, due=due)
    while stream := next_stream(standing):
        streams.append(stream)
        is_new = stream is Stream.NEW
        standing = Standing(
            new=standing.new - is_new,
            due=standing.due - (not is_new),
            new_done=standing.new_done + is_new,
            due_done=standing.due_done + (not is_new),
        )
    return streams


@pytest.mark.parametrize(("new", "due"), [(20, 200), (3, 7), (20, 5), (1, 1)])
def test_new_items_are_spread_evenly_among_reviews(new, due):
    streams = _play(new, due)
    assert (streams.count(Stream.NEW), streams.count(Stream.REVIEW)) == (new, due)
    gaps = "".join("n" if stream is Stream.NEW else "r" for stream in streams).strip("n").split("n")
    assert max(map(len, gaps)) <= due // new + 2
