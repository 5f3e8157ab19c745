"""The family cql.eval: which container instances an expression selects."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studyapp.simulators.cql.expression import TRUTH, Expression, Rules, Subject
from studyapp.simulators.cql.parser import parse
from studyapp.simulators.cql.problems import SyntaxProblem
from studyapp.simulators.cql.values import registered, version
from studyapp.simulators.errors import InputError
from studyapp.simulators.family import Family
from studyapp.simulators.fields import Fields, checked_text, shown

MOST_INSTANCES = 10_000
_LONGEST_INPUT = 100_000  # characters of an expression that are looked at at all

_READ = ("id", "az", "type", "agent_connected", "capabilities", "attributes", "tasks", "ec2_instance_id")
_PASSED_OVER = ("cpu", "memory", "status", "reserved_tcp", "reserved_udp", "gpus", "task_enis")
_INSTANCE = frozenset((*_READ, *_PASSED_OVER, "agent_version", "registered_at"))
_TASK_PASSED_OVER = (
    "cpu",
    "memory",
    "tcp",
    "udp",
    "enis",
    "gpus",
    "protected",
    "memory_limit",
    "cpu_used",
    "memory_used",
)
_TASK = frozenset(("group", "count", "desired", *_TASK_PASSED_OVER))

_MISCONCEPTIONS: Mapping[str, tuple[Rules, str]] = {
    "others-include-missing": (
        replace(TRUTH, others_include_missing=True),
        "attribute:X != v, !in and !~ also select instances that have no X.",
    ),
    "versions-as-text": (replace(TRUTH, versions_as_text=True), "Agent versions compare letter by letter."),
    "patterns-as-wildcards": (
        replace(TRUTH, wildcards=True),
        "A pattern is read like one of file names: dots are dots, a star is anything, and c5.* leaves out c5a.large.",
    ),
    "equals-contains": (replace(TRUTH, contains=True), "== is true as soon as the value contains the text."),
}


def subject_of(instance: object, path: str = "instance") -> Subject:
    """Give what an expression can ask about an instance of cql.eval, as a mapping for `Expression.matches`.

    Reads only what the language asks for: `az` and `type` become attributes, `capabilities` attributes without value,
    `attributes` are taken over and may replace those. Tasks count if their desired status is RUNNING.
    Raises InputError with `path` for an instance that is none.
    """
    fields = Fields(instance, path, _INSTANCE)
    subject: dict[str, str | frozenset[str] | None] = {}
    given = fields.values
    for name, key in (("az", "attribute:ecs.availability-zone"), ("type", "attribute:ecs.instance-type")):
        if given.get(name) is not None:
            subject[key] = fields.text(name)
    if given.get("capabilities", "all") != "all":
        names = fields.each("capabilities", 200, checked_text)
        subject.update((f"attribute:{name}", None) for name in names if name != "all")
    for name, value in fields.mapping("attributes", 100).items():
        checked_text(name, fields.at("attributes"), 128)
        subject[f"attribute:{name}"] = (
            None if value is None else checked_text(value, f"{fields.at('attributes')}.{name}", 128)
        )
    groups, running = set(), 0
    for group, number in fields.each("tasks", 10_000, _read_tasks):
        if number:
            groups.add(group)
            running += number
    subject["task:group"] = frozenset(groups)
    subject["runningTasksCount"] = str(running)
    subject["agentConnected"] = "true" if fields.boolean("agent_connected", True) else "false"
    for name, key, read, form in (
        ("ec2_instance_id", "ec2InstanceId", str, ""),
        ("agent_version", "agentVersion", version, "a version, such as 1.71.0"),
        ("registered_at", "registeredAt", registered, "a date, such as 2018-06-18T22:28:28Z"),
    ):
        if given.get(name) is not None:
            value = fields.text(name)
            if read(value) is None:
                raise InputError(fields.at(name), f"must be {form}, not {shown(value)}")
            subject[key] = value
    return subject


def _read_tasks(value: object, path: str) -> tuple[str, int]:
    fields = Fields(value, path, _TASK)
    running = fields.choice("desired", ("RUNNING", "STOPPED"), "RUNNING") == "RUNNING"
    return fields.text("group"), fields.integer("count", 0, 100_000, 1) if running else 0


def answer(input: dict[str, Any], *, misconception: str | None = None, trace: bool = False) -> dict[str, Any]:
    """Answer cql.eval: `valid`, and `selected`, the sorted ids of the instances of which the expression is true.

    An invalid expression has `error`: `message`, `offset` (of the character, from 0) and `caret`, two lines of text
    that show the place. With `trace` a valid one has `trace`: for every instance its id, whether it is selected, and
    every simple test with what was found (null: not set or without value) and whether it holds.
    Raises InputError for instances that are none.
    """
    fields = Fields(input, "", frozenset(("expression", "instances")))
    text = fields.required("expression")
    if not isinstance(text, str):
        raise InputError("expression", f"must be a text, not {shown(text)}")
    if len(text) > _LONGEST_INPUT:
        raise InputError("expression", f"must have at most {_LONGEST_INPUT} characters, not {len(text)}")
    subjects: dict[str, Subject] = {}
    for place, instance in enumerate(fields.array("instances", MOST_INSTANCES)):
        path = f"instances[{place}]"
        subject = subject_of(instance, path)
        name = Fields(instance, path, _INSTANCE).text("id")
        if name in subjects:
            raise InputError(f"{path}.id", f"stands twice: {shown(name)}")
        subjects[name] = subject
    rules = TRUTH if misconception is None else _MISCONCEPTIONS[misconception][0]
    try:
        expression = parse(text)
    except SyntaxProblem as problem:
        error = {"message": problem.message, "offset": problem.offset, "caret": problem.caret()}
        return {"valid": False, "selected": [], "error": error}
    selected = sorted(name for name, subject in subjects.items() if expression.matches(subject, rules))
    made: dict[str, Any] = {"valid": True, "selected": selected}
    if trace:
        chosen = frozenset(selected)
        made["trace"] = [
            {"instance": name, "selected": name in chosen, "tests": _tests(expression, subjects[name], rules)}
            for name in sorted(subjects)
        ]
    return made


def _tests(expression: Expression, subject: Subject, rules: Rules) -> list[dict[str, Any]]:
    made = []
    for test in expression.tests:
        found = subject.get(test.subject)
        made.append(
            {
                "test": expression.text_of(test),
                "set": test.subject in subject,
                "found": sorted(found) if isinstance(found, frozenset) else found,
                "holds": test.holds(subject, rules),
            }
        )
    return made


FAMILIES = (
    Family(
        "cql.eval",
        "Which container instances an expression of the cluster query language selects, or why it is none.",
        answer,
        {name: sentence for name, (_, sentence) in _MISCONCEPTIONS.items()},
    ),
)
