"""AWS's documents about a running service, as cases of its simulators: deployments, capacity, scaling policies.

Sources: API reference of ECS (CreateService, UpdateService, DescribeServices) and of Application Auto Scaling
(PutScalingPolicy), held against botocore's models.
"""

from collections.abc import Mapping
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.imports.case import Case, checked

READ = (
    "create-service, update-service or describe-services of ECS, or put-scaling-policy of Application Auto Scaling, as"
    " the AWS command line takes or prints them"
)
_SUPPOSED_TASKS = 10


def read_running(value: object) -> Case:
    """Read a document. Raises InputError that names the field of the document."""
    if not isinstance(value, dict):
        raise InputError("json", f"must be an object: {READ}")
    if "services" in value:
        unknown = checked(value, "DescribeServicesResponse")
        services = value["services"]
        if not services:
            raise InputError("services", "is empty: the service was not found")
        notes = [f"Of {len(services)} services the first was taken."] if len(services) > 1 else []
        return _service(services[0], notes + unknown)
    if (
        "PolicyName" in value
        or "TargetTrackingScalingPolicyConfiguration" in value
        or "StepScalingPolicyConfiguration" in value
    ):
        return _policy(value)
    if {"serviceName", "service", "deploymentConfiguration", "capacityProviderStrategy"} & value.keys():
        shape = "CreateServiceRequest" if "serviceName" in value else "UpdateServiceRequest"
        return _service(value, checked(value, shape, missing=False))
    raise InputError("json", f"is none of the documents that are read: {READ}")


def _service(service: Mapping[str, Any], notes: list[str]) -> Case:
    """Give the case of a service: its strategy if it has one, else its deployment."""
    desired = service.get("desiredCount")
    if desired is None:
        notes = [*notes, f"It says no desiredCount; {_SUPPOSED_TASKS} tasks are supposed."]
        desired = _SUPPOSED_TASKS
    if strategy := service.get("capacityProviderStrategy"):
        rows = []
        for each in strategy:
            name = each["capacityProvider"]
            row = {"name": name, "type": "fargate" if name in ("FARGATE", "FARGATE_SPOT") else "asg"}
            rows.append(row | {field: each[field] for field in ("base", "weight") if each.get(field) is not None})
        return Case("capacity.strategy", {"tasks": desired, "strategy": rows}, notes)
    configuration = service.get("deploymentConfiguration") or {}
    given = {
        "desired": desired,
        "min_healthy_percent": configuration.get("minimumHealthyPercent", 100),
        "max_percent": configuration.get("maximumPercent", 200),
    }
    if service.get("schedulingStrategy") == "DAEMON":
        notes = [*notes, "A daemon service: its maximumPercent is 100 and its tasks are one for each instance."]
        given |= {"min_healthy_percent": configuration.get("minimumHealthyPercent", 0), "max_percent": 100}
    return Case("deployment.waves", given, notes)


def _policy(value: Mapping[str, Any]) -> Case:
    notes = checked(value, "PutScalingPolicyRequest", "application-autoscaling", missing=False)
    if tracking := value.get("TargetTrackingScalingPolicyConfiguration"):
        target = tracking.get("TargetValue")
        if target is None or target != int(target):
            raise InputError("TargetTrackingScalingPolicyConfiguration.TargetValue", "must be a whole number here")
        given = {
            "running": 4, "metric": int(target) + 20, "target": int(target), "alarm": "HIGH", "min": 1, "max": 20,
            "disable_scale_in": bool(tracking.get("DisableScaleIn")),
        }  # fmt: skip
        return Case(
            "scaling.target_tracking", given, [*notes, "The policy says no state: 4 tasks, 20 over the target."]
        )
    if stepping := value.get("StepScalingPolicyConfiguration"):
        steps = []
        for number, each in enumerate(stepping.get("StepAdjustments") or []):
            step: dict[str, Any] = {}
            for field, name in (("lower", "MetricIntervalLowerBound"), ("upper", "MetricIntervalUpperBound")):
                bound = each.get(name)
                if bound is not None and bound != int(bound):
                    place = f"StepScalingPolicyConfiguration.StepAdjustments[{number}].{name}"
                    raise InputError(place, "must be a whole number here")
                if bound is not None:
                    step[field] = int(bound)
            steps.append(step | {"adjustment": each["ScalingAdjustment"]})
        given = {
            "current": 4, "threshold": 50, "metric": 60, "min": 1, "max": 40, "steps": steps,
            "adjustment_type": stepping.get("AdjustmentType", "ChangeInCapacity"),
        }  # fmt: skip
        return Case("scaling.step", given, [*notes, "The policy says no state: 4 tasks, threshold 50, metric 60."])
    raise InputError("json", "has neither TargetTrackingScalingPolicyConfiguration nor StepScalingPolicyConfiguration")
