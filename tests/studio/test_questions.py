"""The commands on questions, and questions as files and rows."""

import json
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from studyapp.assessment.proving import dumped
from studyapp.assessment.questions import vary
from studyapp.content.reader import read_course
from studyapp.content.records import version
from studyapp.content.writer import write_course
from studyapp.quiz.models import Question
from studyapp.studio.sync import course_from_rows, load_course


def told(capsys, *arguments):
    """Run a command and give what it prints."""
    call_command(*arguments)
    return capsys.readouterr().out


def test_a_variant_is_told_as_json(capsys):
    variant = json.loads(told(capsys, "variant", "s-binpack-by-memory", "--seed", "4"))
    assert variant["shape"] == "pick"
    assert [each["id"] for each in variant["options"] if each["right"]] == variant["key"]
    assert variant["misconceptions"]
    assert variant["explanation"]["steps"]
    assert "{" not in variant["stem"]
    assert variant["given"]["instances"]


@pytest.mark.parametrize(
    ("arguments", "field", "message"),
    [
        (["s-binpack-by-memry"], "question", 'did you mean "s-binpack-by-memory"?'),
        (["s-binpack-by-memory", "--seed", "-1"], "seed", "must be from 0 to"),
    ],
)
def test_a_variant_that_cannot_be_is_refused_by_field(capsys, arguments, field, message):
    with pytest.raises(SystemExit) as stopped:
        call_command("variant", *arguments)
    error = json.loads(capsys.readouterr().out)["error"]
    assert (stopped.value.code, error["field"]) == (2, field)
    assert message in error["message"]


def test_checkquestions_proves_the_laws(capsys):
    out = told(capsys, "checkquestions", "s-memory-reserved", "q-idle-but-full", "--seeds", "20")
    assert out.splitlines()[-1] == "2 questions (1 scenarios), 40 variants, 0 failures"


def test_checkquestions_names_the_law_and_a_seed(tmp_path, settings, capsys):
    tree = tmp_path / "content"
    course = read_course(settings.CONTENT_DIR).course
    write_course(course, tree)
    path = next(tree.rglob("task-placement/questions.yaml"))
    text = path.read_text()
    begin = text.index("- key: s-binpack-by-memory")
    path.write_text(text[:begin] + text[begin:].replace("binpack_picks_most_free", "random_is_round_robin", 1))
    with pytest.raises(CommandError):
        call_command("checkquestions", "s-binpack-by-memory", "--seeds", "3", "--dir", str(tree))
    out = capsys.readouterr().out
    assert "random_is_round_robin must lead to a wrong answer: 3 of 3 seeds, as with --seed 0" in out


@pytest.mark.django_db
def test_questions_come_back_from_the_rows_as_they_were(settings):
    course = read_course(settings.CONTENT_DIR).course
    load_course(course)
    assert course_from_rows() == course
    row = Question.objects.select_related("item").get(item__key="s-binpack-by-memory")
    assert row.misconceptions == ["binpack_looks_at_other_resource", "binpack_picks_most_free"]
    assert "{cpu}" not in row.face_html
    assert row.item.position > 0
    rows = {row.item.key: row for row in Question.objects.select_related("item")}
    for question in course.questions:  # whose values are drawn in the order of their keys
        mark, texts = version(question), {"stem": question.stem, "explanation": question.explanation}
        drawn = vary(question.key, mark, question.kind, question.spec, 3, **texts)
        assert dumped(rows[question.key].vary(3)) == dumped(drawn)


@pytest.mark.django_db
def test_a_question_that_leaves_the_files_is_retired_and_returns(settings):
    course = read_course(settings.CONTENT_DIR).course
    load_course(course)
    gone = replace(course, questions=course.questions[1:])
    assert load_course(gone).retired == [course.questions[0].key]
    assert Question.objects.get(item__key=course.questions[0].key).item.retired
    assert load_course(course).returned == [course.questions[0].key]
