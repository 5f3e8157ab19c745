"""Given the roles and their policies: is an action allowed, and if not, what is seen and what mends it?

Sources: those of `rules`; IAM user guide (reference_policies_evaluation-logic): an explicit deny beats any allow, and
what no statement allows is denied.
"""

import re
from dataclasses import dataclass
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, checked_text, known, shown
from studyapp.simulators.iam.roles import ACTIONS, LAUNCH_TYPES, explained, known_action, role_of
from studyapp.simulators.iam.rules import EXECUTION, INSTANCE, TASK, Rules
from studyapp.simulators.ruled import Steps

ROLES = (INSTANCE, EXECUTION, TASK)
_FIELDS = known("action launch_type roles calls own_key create_group write")
_STATEMENT = known("Sid Effect Action Resource")
_NOT_READ = ("Condition", "NotAction", "NotResource", "Principal", "NotPrincipal")
ACCOUNT_WIDE = "ecr:getauthorizationtoken"  # has no resource: only a statement for * allows it
SEEN = {
    "preparing": {"pull-from-ecr": "CannotPullContainerError", "awslogs": "ResourceInitializationError"},
    "injecting": "ResourceInitializationError",
    "host": "AccessDeniedException",
    "application": "AccessDeniedException",
    "router": "AccessDeniedException",
}


@dataclass(frozen=True, slots=True)
class _Statement:
    allows: bool
    actions: tuple[str, ...]
    everything: bool  # whether its Resource is *


def _texts(fields: Fields, name: str) -> list[str]:
    value = fields.required(name)
    if isinstance(value, str):
        return [checked_text(value, fields.at(name))]
    return fields.each(name, 200, checked_text, None)


def _statement(value: object, path: str) -> _Statement:
    if isinstance(value, dict):
        for name in _NOT_READ:
            if name in value:
                raise InputError(f"{path}.{name}", "is not evaluated here; only Effect, Action and Resource are")
    fields = Fields(value, path, _STATEMENT)
    effect = fields.choice("Effect", ("Allow", "Deny"))
    actions = _texts(fields, "Action")
    for place, action in enumerate(actions):
        if action != "*" and not re.fullmatch(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+", action):
            where = f"{path}.Action" + (f"[{place}]" if isinstance(fields.values["Action"], list) else "")
            raise InputError(where, f'must be * or like "ecr:BatchGetImage", not {shown(action)}')
    resources = _texts(fields, "Resource") if "Resource" in fields.values else ["*"]
    return _Statement(effect == "Allow", tuple(action.lower() for action in actions), "*" in resources)


def _policy(value: object, path: str) -> list[_Statement]:
    """Read what a role may do: a list of actions, a statement, or a policy document."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [_statement({"Effect": "Allow", "Action": value, "Resource": "*"}, path)] if value else []
    if isinstance(value, dict) and "Statement" in value:
        fields = Fields(value, path, known("Version Id Statement"))
        value, path = fields.values["Statement"], fields.at("Statement")
        if isinstance(value, dict):
            return [_statement(value, path)]
    if not isinstance(value, list):
        raise InputError(path, f"must be a list of actions or a policy document, not {shown(value)}")
    return [_statement(each, f"{path}[{place}]") for place, each in enumerate(value)]


def _matches(pattern: str, action: str) -> bool:
    """Match an action with a pattern of * and ?, both in lower case, in linear time."""
    place = spot = 0
    star = mark = -1
    while spot < len(action):
        if place < len(pattern) and (pattern[place] == action[spot] or pattern[place] == "?"):
            place, spot = place + 1, spot + 1
        elif place < len(pattern) and pattern[place] == "*":
            star, mark, place = place, spot, place + 1
        elif star >= 0:
            mark += 1
            place, spot = star + 1, mark
        else:
            return False
    return all(each == "*" for each in pattern[place:])


def _verdict(statements: list[_Statement], action: str) -> str:
    """Say allowed, denied (by a statement) or missing."""
    name = action.lower()
    found = "missing"
    for statement in statements:
        if not any(_matches(pattern, name) for pattern in statement.actions):
            continue
        if not statement.allows:
            return "denied"
        if statement.everything or name != ACCOUNT_WIDE:
            found = "allowed"
    return found


def needs(name: str, fields: Fields) -> tuple[str, ...]:
    """Give the permissions that an action takes. Raises InputError."""
    needed = ACTIONS[name].needs
    calls = fields.each("calls", 20, checked_text)
    if name in ("app-calls-aws", "firelens-sends-to-aws"):
        if not calls:
            raise InputError("calls", f'must name what {name} calls, such as ["dynamodb:GetItem"]')
        return tuple(calls)
    if calls:
        raise InputError("calls", "is only for app-calls-aws and firelens-sends-to-aws")
    if fields.boolean("own_key", False):
        if ACTIONS[name].kind != "injecting" or name == "env-file-from-s3":
            raise InputError("own_key", "is only for secrets, parameters and registry credentials")
        needed = (*needed, "kms:Decrypt")
    if fields.boolean("create_group", False):
        if name != "awslogs":
            raise InputError("create_group", "is only for awslogs")
        needed = (*needed, "logs:CreateLogGroup")
    if fields.boolean("write", False):
        if name != "efs-iam-authorization":
            raise InputError("write", "is only for efs-iam-authorization")
        needed = (*needed, "elasticfilesystem:ClientWrite")
    return needed


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer iam.allowed: may the action be done with these roles, and if not, what is seen and what mends it?

    In: `action`; `launch_type` [EC2]; `roles` {container-instance-role, task-execution-role, task-role: a list of
    actions, or a policy document}, a role that is not there is not named in the task; `calls` of app-calls-aws and
    firelens-sends-to-aws; `own_key` (the secret is under a key of your own), `create_group` (awslogs-create-group),
    `write` (EFS). Out: `allowed`; `role` that acts or null; `missing` and `denied`, permissions; `error`, the name
    of what is seen, or null; `fix`, in words. Names and wording of errors vary with the agent and platform, so no
    question is scored by them. Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    name = known_action(fields.required("action"), "action")
    launch = fields.choice("launch_type", LAUNCH_TYPES, "EC2")
    given = fields.mapping("roles", len(ROLES))
    policies = {}
    for each, policy in given.items():
        if each not in ROLES:
            raise InputError(f"roles.{each[:60]}", f"is no role here; known are {', '.join(ROLES)}")
        policies[each] = _policy(policy, f"roles.{each}")
    needed = needs(name, fields)
    execution = EXECUTION in policies
    role = role_of(name, launch, execution, rules)
    steps.add("10", ACTIONS[name].fact, {"action": name}, role, explained(name, role, launch, execution))
    kind = ACTIONS[name].kind
    if role is None and kind == "host":
        return _made(None, True, [], [], None, "")
    if role is None:
        return _made(None, False, list(needed), [], _seen(name), "Name a task execution role that allows it.")
    if role not in ROLES:
        text = f"The {role.replace('-', ' ')} has what it needs by AWS's own policy."
        steps.add("10", ACTIONS[name].fact, {"role": role}, "allowed", text)
        return _made(role, True, [], [], None, "")
    if role not in policies:
        text = f"The task has no {role.replace('-', ' ')}."
        steps.add("10", ACTIONS[name].fact, {"role": role}, "missing", text)
        fix = f"Give the task a {role.replace('-', ' ')} that allows {', '.join(needed) or 'it'}."
        return _made(role, False, list(needed), [], _seen(name), fix)
    verdicts = {permission: _verdict(policies[role], permission) for permission in needed}
    for permission, verdict in verdicts.items():
        words = {
            "allowed": "allows it",
            "denied": "denies it, and a deny beats every allow",
            "missing": "does not allow it",
        }[verdict]
        if verdict == "missing" and permission.lower() == ACCOUNT_WIDE:
            words += " for all resources, and it has none to be limited to"
        text = f"It takes {permission}; the {role.replace('-', ' ')} {words}."
        steps.add(
            "10", "A078" if kind == "injecting" else ACTIONS[name].fact, {"permission": permission}, verdict, text
        )
    missing = [each for each, verdict in verdicts.items() if verdict == "missing"]
    denied = [each for each, verdict in verdicts.items() if verdict == "denied"]
    fixes = []
    if denied:
        fixes.append(f"Take the deny of {', '.join(denied)} out of the {role.replace('-', ' ')}.")
    allowing = [each for each in policies[role] if each.allows]
    wanted = [each for each in verdicts if each in missing or _verdict(allowing, each) == "missing"]
    if wanted:
        fixes.append(f"Allow {', '.join(wanted)} in the {role.replace('-', ' ')}.")
    return _made(
        role, not missing and not denied, missing, denied, _seen(name) if fixes else None, " ".join(fixes)
    )  # fmt: skip


def _seen(name: str) -> str:
    seen: Any = SEEN.get(ACTIONS[name].kind, "AccessDeniedException")
    return str(seen[name] if isinstance(seen, dict) else seen)


def _made(
    role: str | None, allowed: bool, missing: list[str], denied: list[str], error: str | None, fix: str
) -> dict[str, Any]:
    return {"allowed": allowed, "role": role, "missing": missing, "denied": denied, "error": error, "fix": fix}
