"""An expression that was read, and what it says of a container instance.

Source: ECS developer guide, cluster-query-language and task-placement-constraints; where AWS is silent the
conventions below.

- Equality is of texts, exact and case-sensitive (the case is a convention).
- `!=`, `!in` and `!~` hold only of instances that have the attribute, with another value (for `!in` and `!~` a
  convention); `not(... == ...)` holds of the others too. `task:group != G` is read as `not(task:group == G)`.
- An attribute without a value exists, and nothing else is true of it.
- Versions compare part by part, counts as numbers, dates as instants. `<` and the like compare attributes as numbers
  if both sides are numbers and as texts otherwise (a convention).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from studyapp.simulators.cql.patterns import Pattern
from studyapp.simulators.cql.values import count, number, registered, version

type Subject = Mapping[str, str | frozenset[str] | None]

NEGATED = {"!=": "==", "!in": "in", "!~": "=~", "!exists": "exists"}
READERS: Mapping[str, Callable[[str], Any]] = {
    "runningTasksCount": count,
    "agentVersion": version,
    "registeredAt": registered,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What decides where learners go wrong. `TRUTH` holds AWS's; a misconception exchanges one of them."""

    others_include_missing: bool = False  # != also holds of instances without the attribute
    versions_as_text: bool = False
    wildcards: bool = False  # patterns are read like those of file names
    contains: bool = False  # == is true of a part of the value


TRUTH = Rules()


@dataclass(frozen=True, slots=True)
class Test:
    """One simple expression: `subject operator [argument]`, the operator by its symbol.

    `wanted` is the argument ready for comparing: a text, a list of texts, a pattern, a number, a version or an instant.
    `start` and `end` tell where in the expression it stands.
    """

    subject: str
    operator: str
    wanted: Any
    start: int
    end: int

    def holds(self, subject: Subject, rules: Rules = TRUTH) -> bool:
        """Tell whether this is true of an instance."""
        if self.operator in ("exists", "!exists"):
            return (self.subject in subject) == (self.operator == "exists")
        found = subject.get(self.subject)
        if self.subject == "task:group":
            groups = (found,) if isinstance(found, str) else found or ()
            positive = NEGATED.get(self.operator, self.operator)
            return any(self._compare(positive, group, rules) for group in groups) == (positive == self.operator)
        if found is None or isinstance(found, frozenset):
            return rules.others_include_missing and self.operator in NEGATED
        if self.operator in NEGATED:
            return not self._compare(NEGATED[self.operator], found, rules) if self._reads(found) else False
        return self._compare(self.operator, found, rules)

    def _reads(self, found: str) -> bool:
        return self.subject not in READERS or READERS[self.subject](found) is not None

    def _compare(self, operator: str, found: str, rules: Rules) -> bool:
        wanted = self.wanted
        if operator == "in":
            return found in wanted
        if operator == "=~":
            pattern: Pattern = wanted
            return (pattern.as_wildcard() if rules.wildcards else pattern).matches(found)
        if self.subject in READERS:
            if self.subject == "agentVersion" and rules.versions_as_text:
                return _order(operator, found, ".".join(map(str, wanted)))
            read = READERS[self.subject](found)
            return read is not None and _order(operator, read, wanted)
        if operator == "==":
            return wanted in found if rules.contains else found == wanted
        left, right = number(found), number(wanted)
        return _order(operator, found, wanted) if left is None or right is None else _order(operator, left, right)


def _order(operator: str, found: Any, wanted: Any) -> bool:
    if operator == "==":
        return bool(found == wanted)
    if operator in (">", ">="):
        return bool(found > wanted or (operator == ">=" and found == wanted))
    return bool(found < wanted or (operator == "<=" and found == wanted))


@dataclass(frozen=True, slots=True)
class Expression:
    """A whole expression: its text, its simple tests in order, and how they are joined, in postfix order.

    `program` holds tests by their number and the words "and", "or" and "not".
    """

    text: str
    tests: tuple[Test, ...]
    program: tuple[int | str, ...]

    def matches(self, subject: Subject, rules: Rules = TRUTH) -> bool:
        """Tell whether the expression is true of an instance.

        `subject` maps `attribute:NAME`, `task:group`, `runningTasksCount`, `agentVersion`, `registeredAt`,
        `agentConnected` and `ec2InstanceId` to their values, all of them texts; the groups are a set of texts. A name
        that is absent is not set; None is an attribute without a value.
        """
        stack: list[bool] = []
        for step in self.program:
            if isinstance(step, int):
                stack.append(self.tests[step].holds(subject, rules))
            elif step == "not":
                stack.append(not stack.pop())
            else:
                right, left = stack.pop(), stack.pop()
                stack.append((left and right) if step == "and" else (left or right))
        return stack.pop()

    def uses(self, subject: str) -> bool:
        """Tell whether a subject is asked for."""
        return any(test.subject == subject for test in self.tests)

    def text_of(self, test: Test) -> str:
        """Give a simple test as it is written in the expression."""
        return self.text[test.start : test.end]
