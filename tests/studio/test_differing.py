"""Differences word by word: both texts can be read from the pieces, and what both say is found."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from studyapp.studio.differing import differences, word_diff

TEXTS = st.text(alphabet="ab c\n.é", max_size=60)


@given(TEXTS, TEXTS)
def test_both_texts_are_in_the_pieces(before, after):
    pieces = word_diff(before, after)
    assert "".join(text for how, text in pieces if how != "ins") == before
    assert "".join(text for how, text in pieces if how != "del") == after
    assert all(one[0] != other[0] for one, other in pairwise(pieces))
    assert before != after or not before or pieces == [("same", before)]


def test_a_word_that_changes_is_all_that_is_marked():
    long = "".join(f"Line {number} of a long text.\n" for number in range(2_000))
    changed = long.replace("Line 700 of", "Line 700 in")
    assert [piece for piece in word_diff(long, changed) if piece[0] != "same"] == [("del", "of "), ("ins", "in ")]


def test_fields_of_every_kind_are_told():
    before = {"statement": "a", "covers": ["N001"], "spec": {"value": 1}, "order": 1, "same": "x"}
    after = {"statement": "b", "covers": [], "spec": {"value": 2}, "order": 2, "same": "x"}
    assert [each.field for each in differences(before, after)] == ["statement", "covers", "spec", "order"]
