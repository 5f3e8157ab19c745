"""Limits of placement constraints and strategies.

Sources: API reference (PlacementConstraint, PlacementStrategy, TaskDefinitionPlacementConstraint, RunTaskRequest,
CreateServiceRequest), ECS developer guide (task-placement, task-placement-constraints, constraint-examples). That
DAEMON services refuse strategies is AWS's error message, seen in kayac/ecspresso 402.
"""

from collections.abc import Iterator

from studyapp.simulators.cql import SyntaxProblem, parse
from studyapp.simulators.validation.given import Given
from studyapp.simulators.validation.problems import Problem

MOST_CONSTRAINTS = 10
MOST_STRATEGIES = 5
LONGEST_EXPRESSION = 2000
_MANAGED = ("subnet-id", "availability-zone", "instance-type", "cpu-architecture")


def constraint_problems(request: Given, op: str, launch: str) -> Iterator[Problem]:
    """Find what is wrong with the constraints."""
    constraints = request.objects("constraints")
    elsewhere = 0 if op == "RegisterTaskDefinition" else request.integer("task_definition_constraints") or 0
    at = request.at("constraints")
    if launch == "FARGATE" and (constraints or elsewhere):
        yield Problem(
            "constraints-on-fargate",
            at,
            "Fargate takes no placement constraints: there are no instances to choose from.",
            "Leave them out, or run on EC2.",
        )
    if len(constraints) + elsewhere > MOST_CONSTRAINTS:
        here = len(constraints)
        number = f"{elsewhere} there and {here} here" if elsewhere else str(here)
        yield Problem(
            "too-many-constraints",
            at,
            f"A task definition and a call have at most {MOST_CONSTRAINTS} constraints together, not {number}.",
            "Join several expressions with and.",
        )
    for constraint in constraints:
        yield from _constraint(constraint, op, launch)


def _constraint(constraint: Given, op: str, launch: str) -> Iterator[Problem]:
    kind = constraint.text("type")
    expression = constraint.text("expression")
    constraint.get("source")
    if kind == "distinctInstance":
        if op == "RegisterTaskDefinition":
            yield Problem(
                "constraint-type-in-task-definition",
                constraint.at("type"),
                "A task definition takes memberOf constraints only.",
                "Give distinctInstance to RunTask or CreateService.",
            )
        if expression is not None:
            yield Problem(
                "expression-on-distinct-instance",
                constraint.at("expression"),
                "distinctInstance takes no expression, not even an empty one.",
                "Leave the expression out.",
            )
    elif kind != "memberOf":
        yield Problem(
            "unknown-constraint-type",
            constraint.at("type"),
            f"There is no constraint type {_short(kind)}.",
            "Use memberOf or distinctInstance.",
        )
    elif not expression:
        yield Problem(
            "no-expression",
            constraint.at("expression"),
            "A memberOf constraint needs an expression.",
            "Write one, such as attribute:ecs.instance-type == m5.large.",
        )
    elif len(expression) > LONGEST_EXPRESSION:
        yield Problem(
            "expression-too-long",
            constraint.at("expression"),
            f"An expression has at most {LONGEST_EXPRESSION} characters, this one {len(expression)}.",
            "Split it over several constraints, which must all hold.",
        )
    else:
        yield from _expression(constraint, expression, launch)


def _expression(constraint: Given, text: str, launch: str) -> Iterator[Problem]:
    try:
        expression = parse(text)
    except SyntaxProblem as problem:
        if not problem.beyond_us:
            yield Problem(
                "invalid-expression",
                constraint.at("expression"),
                f"The expression cannot be read: {problem.message}.",
                f"Look here:\n{problem.caret()}",
            )
        return
    if launch == "MANAGED_INSTANCES":
        allowed = {f"attribute:ecs.{name}" for name in _MANAGED}
        for test in expression.tests:
            if test.subject not in allowed:
                yield Problem(
                    "attribute-on-managed-instances",
                    constraint.at("expression"),
                    f"ECS Managed Instances do not know {test.subject}.",
                    f"Use ecs.{', ecs.'.join(_MANAGED)} only.",
                )
                return


def strategy_problems(request: Given, op: str, launch: str) -> Iterator[Problem]:
    """Find what is wrong with the strategies."""
    strategies = request.objects("strategies")
    at = request.at("strategies")
    if not strategies:
        return
    if op == "RegisterTaskDefinition":
        yield Problem(
            "strategies-in-task-definition",
            at,
            "A task definition has no placement strategies.",
            "Give them to RunTask or CreateService.",
        )
    if launch in ("FARGATE", "MANAGED_INSTANCES"):
        where = "Fargate" if launch == "FARGATE" else "ECS Managed Instances"
        yield Problem(
            f"strategies-on-{launch.lower().replace('_', '-')}",
            at,
            f"{where} takes no placement strategies; AWS spreads the tasks over zones by itself.",
            "Leave them out, or run on EC2.",
        )
    if request.get("scheduling_strategy") == "DAEMON":
        yield Problem(
            "strategies-on-daemon",
            at,
            "A DAEMON service runs one task on every instance; there is nothing for a strategy to choose.",
            "Leave the strategies out, or use REPLICA.",
        )
    if len(strategies) > MOST_STRATEGIES:
        yield Problem(
            "too-many-strategies",
            at,
            f"There are at most {MOST_STRATEGIES} strategies, not {len(strategies)}.",
            "Keep the first ones: each works inside the choice of the one before.",
        )
    for strategy in strategies:
        yield from _strategy(strategy)


def _strategy(strategy: Given) -> Iterator[Problem]:
    kind, field = strategy.text("type"), strategy.text("field")
    if kind not in ("random", "spread", "binpack"):
        yield Problem(
            "unknown-strategy-type",
            strategy.at("type"),
            f"There is no strategy {_short(kind)}.",
            "Use spread, binpack or random.",
        )
    elif kind == "binpack" and field not in ("cpu", "memory"):
        yield Problem(
            "strategy-field",
            strategy.at("field"),
            f"binpack goes by cpu or memory, not by {_short(field)}.",
            "Name one of the two.",
        )
    elif kind == "spread" and field not in ("instanceId", "host"):
        name = (field or "").removeprefix("attribute:")
        if not name or name == field:
            yield Problem(
                "strategy-field",
                strategy.at("field"),
                f"spread goes over instanceId, host or attribute:NAME, not over {_short(field)}.",
                "For zones write attribute:ecs.availability-zone.",
            )


def _short(value: str | None) -> str:
    if not value:
        return "nothing"
    return value if len(value) <= 40 else value[:37] + "..."
