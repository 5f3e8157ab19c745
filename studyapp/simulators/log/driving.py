"""Does a log driver work on a launch type, are its options complete, can the task be placed, and how does it send?

Sources: those of `rules`; the rules stand in section 12 of the placement rules, the attributes of drivers in 2.5.
"""

from collections.abc import Iterable
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, checked_text, known, shown
from studyapp.simulators.log.rules import DRIVERS, LAUNCH_TYPES, MODES, Rules
from studyapp.simulators.ruled import Steps

_PLACES = {"EC2": "EC2", "FARGATE": "Fargate", "MANAGED_INSTANCES": "Managed Instances", "EXTERNAL": "EXTERNAL"}
_FIELDS = known("driver launch_type options secret_options available_drivers mode account_default")


def required_options(driver: str, launch: str, rules: Rules) -> list[str]:
    """Give the options that a driver must have on a launch type."""
    needed = list(rules.required.get(driver, ()))
    if driver == "awslogs" and launch in rules.prefix_required_on:
        needed.append("awslogs-stream-prefix")
    return needed


def offered(driver: str, launch: str, available: Iterable[str] | None, rules: Rules) -> bool:
    """Tell whether the instances offer a driver: they list it, or it needs no listing. None: nothing is known."""
    if launch in ("FARGATE", "MANAGED_INSTANCES") or available is None or not rules.must_be_offered:
        return True
    return driver in available or (driver == "awsfirelens" and not rules.router_must_be_offered)


def mode_of(own: str | None, account: str | None, rules: Rules) -> str:
    """Give the mode that counts: the container's, else the account's, else the default."""
    first, second = (account, own) if rules.account_decides_first else (own, account)
    return first or second or rules.default_mode


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer log.driver: does it work there, with these options?

    In: `driver`; `launch_type` EC2 [default], FARGATE, MANAGED_INSTANCES or EXTERNAL; `options`, their names or
    {name: value}, and `secret_options`, their names [none]; `available_drivers`, what ECS_AVAILABLE_LOGGING_DRIVERS
    lists on the instances, null or absent if nothing is known; `mode` (else that of `options`) and `account_default`,
    blocking or non-blocking, null or absent if not set. Out: `supported`; `missing_options`, in AWS's order;
    `placeable`, whether a task with it can be placed; `effective_mode`. Raises InputError. Sources: the module's.
    """
    fields = Fields(input, "", _FIELDS)
    driver = fields.text("driver")
    launch = fields.choice("launch_type", LAUNCH_TYPES, "EC2")
    options = _options(fields)
    secrets = [] if fields.values.get("secret_options") is None else fields.each("secret_options", 50, checked_text)
    available = None
    if fields.values.get("available_drivers") is not None:
        available = fields.each("available_drivers", 30, checked_text)
    own, account = _mode(fields, "mode", fields.values.get("mode")), None
    if own is None and options.get("mode") is not None:
        own = _mode(fields, "options.mode", options["mode"])
    account = _mode(fields, "account_default", fields.values.get("account_default"))
    supported = driver in rules.on[launch]
    if supported:
        text = f"The driver {driver} works on {_PLACES[launch]}."
    elif driver in DRIVERS:
        there = ", ".join(_in_order(launch, rules))
        text = f"The driver {driver} does not work on {_PLACES[launch]}; there are {there}."
    else:
        text = f"ECS has no log driver {driver}; there are {', '.join(_in_order(launch, rules))}."
    steps.add("12", "N066" if launch == "FARGATE" else "A046", {"launch_type": launch}, supported, text)
    given = {*options, *(secrets if rules.secrets_count else ())}
    needed = required_options(driver, launch, rules)
    missing = [name for name in needed if name not in given]
    if needed:
        fact = "N090" if driver == "splunk" else "N089"
        said = f"missing is {', '.join(missing)}" if missing else "all are there"
        steps.add("12", fact, {"required": needed}, missing, f"Required are {', '.join(needed)}; {said}.")
    placeable = supported and offered(driver, launch, available, rules)
    if supported and available is not None and launch in ("EC2", "EXTERNAL"):
        listed = f"ECS_AVAILABLE_LOGGING_DRIVERS lists {', '.join(available) or 'nothing'}"
        said = "so the task can be placed" if placeable else f"without {driver}, so no instance has the attribute"
        if driver == "awsfirelens" and placeable:
            said = "and awsfirelens is registered by itself"
        steps.add("2.5", "N069", {"available_drivers": available}, placeable, f"{listed}, {said}.")
    mode = mode_of(own, account, rules)
    who = "The container says so" if own else "The account's default says so" if account else "Nothing is set"
    steps.add("12", "A035", {"mode": own, "account_default": account}, mode, f"{who}: it sends in {mode} mode.")
    return {"supported": supported, "missing_options": missing, "placeable": placeable, "effective_mode": mode}


def _options(fields: Fields) -> dict[str, Any]:
    value = fields.values.get("options")
    if value is None:
        return {}
    if isinstance(value, dict):
        return dict(fields.mapping("options", 50))
    return dict.fromkeys(fields.each("options", 50, checked_text))


def _mode(fields: Fields, path: str, value: Any) -> str | None:
    if value is None:
        return None
    if value not in MODES:
        raise InputError(path, f"must be blocking or non-blocking, not {shown(value)}")
    return str(value)


def _in_order(launch: str, rules: Rules) -> list[str]:
    return [driver for driver in DRIVERS if driver in rules.on[launch]]
