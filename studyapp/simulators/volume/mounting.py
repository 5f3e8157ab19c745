"""May a task mount a volume, and what is still there afterwards?

Sources: those of `rules`; the rules stand in section 13 of the placement rules.
"""

from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.ruled import Steps
from studyapp.simulators.volume.rules import KINDS, Rules

LAUNCH_TYPES = ("EC2", "FARGATE", "MANAGED_INSTANCES")
_WHERE = {"EC2": "with the EC2 launch type", "FARGATE": "on Fargate", "MANAGED_INSTANCES": "on Managed Instances"}
_FIELDS = known(
    "kind launch_type os platform_version transit_encryption access_point iam_authorization root_directory task_role"
    " scope standalone delete_on_termination"
)


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer volume.mount: can a task mount it, what does it outlive, and who shares it?

    In: `kind` bind, host_path (a bind mount that names a path of the host), docker, ebs, efs, s3_files, fsx_windows
    or fsx_ontap; `launch_type` EC2 [default], FARGATE or MANAGED_INSTANCES; `os` linux [default] or windows;
    `platform_version` [LATEST] 1.4.0 or 1.3.0, on Fargate. For efs: `transit_encryption` ENABLED or DISABLED
    [default], `access_point`, `iam_authorization` [false], `root_directory` [/]; for efs with IAM and s3_files:
    `task_role` [true]. For docker: `scope` task or shared [default]. For ebs: `standalone` [false], not a service's
    task, and `delete_on_termination` [true]. Out: `mounts`; `reason`, what stands in the way, or null;
    `outlives_task` and `outlives_instance`, whether the data does, null where nothing mounts; `shared` task, instance
    or anywhere, or null. Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    name = fields.choice("kind", tuple(KINDS))
    launch = fields.choice("launch_type", LAUNCH_TYPES, "EC2")
    system = fields.choice("os", ("linux", "windows"), "linux")
    reason = _where(name, launch, system, fields, rules, steps) or _settings(name, fields, rules, steps)
    outlives_task, outlives_instance, shared = _life(name, fields, rules)
    if reason is None:
        steps.add(
            "13", KINDS[name].fact, {"kind": name}, outlives_task,
            f"The data {'is still there' if outlives_task else 'is gone'} when the task has ended"
            + (f", {'also' if outlives_instance else 'but not'} when its machine is gone." if outlives_task else "."),
        )  # fmt: skip
        who = {
            "task": "the containers of the task alone",
            "instance": "tasks on the same instance",
            "anywhere": "tasks in every zone",
        }[shared]
        steps.add("13", "N035" if shared == "anywhere" else "N021", {"kind": name}, shared, f"It is shared by {who}.")
    works = reason is None
    return {
        "mounts": works,
        "reason": reason,
        "outlives_task": outlives_task if works else None,
        "outlives_instance": outlives_instance if works else None,
        "shared": shared if works else None,
    }


def _where(name: str, launch: str, system: str, fields: Fields, rules: Rules, steps: Steps) -> str | None:
    kind = KINDS[name]
    platform = fields.choice("platform_version", ("LATEST", "1.4.0", "1.3.0"), "LATEST")
    fits = (launch in kind.launch_types or (name, launch) in rules.also) and (name, launch) not in rules.never
    text = f"{kind.name} {'works' if fits else 'does not work'} {_WHERE[launch]}."
    steps.add("13", kind.fact, {"kind": name, "launch_type": launch}, fits, text)
    if not fits:
        return text
    allowed = kind.systems if not (name == "ebs" and launch != "EC2") else ("linux",)
    if rules.systems_matter and system not in allowed:
        text = f"{kind.name} does not work in {system.capitalize()} containers there."
        steps.add("13", kind.fact, {"os": system}, False, text)
        return text
    if launch == "FARGATE" and name in ("efs", "ebs", "s3_files") and platform == "1.3.0":
        text = f"{kind.name} takes platform version 1.4.0 or later."
        steps.add("13", kind.fact, {"platform_version": platform}, False, text)
        return text
    return None


def _settings(name: str, fields: Fields, rules: Rules, steps: Steps) -> str | None:
    encryption = fields.choice("transit_encryption", ("ENABLED", "DISABLED"), "DISABLED")
    point, authorized = fields.boolean("access_point", False), fields.boolean("iam_authorization", False)
    directory = fields.text("root_directory", "/")
    role = fields.boolean("task_role", True)
    if name != "efs" and (point or authorized or encryption == "ENABLED" or directory != "/"):
        given = next(
            field
            for field in ("access_point", "iam_authorization", "transit_encryption", "root_directory")
            if field in fields.values
        )
        raise InputError(given, "is a setting of EFS volumes; leave it out here")
    if name == "s3_files" and not role:
        text = "S3 Files takes a task role, and the task has none."
        steps.add("13", "N033", {"task_role": role}, False, text)
        return text
    if name != "efs":
        return None
    needs = point or authorized
    if needs and rules.encryption_is_needed:
        why = "an access point" if point else "IAM authorization"
        fits = encryption == "ENABLED"
        text = f"With {why} encryption in transit must be enabled; it is {encryption.lower()}."
        steps.add("13", "A074", {"transit_encryption": encryption}, fits, text)
        if not fits:
            return text
    if point and directory != "/":
        text = f"With an access point the root directory is left out or /, not {directory}."
        steps.add("13", "A074", {"root_directory": directory}, False, text)
        return text
    if authorized and not role:
        text = "IAM authorization takes a task role, and the task has none."
        steps.add("13", "A074", {"task_role": role}, False, text)
        return text
    return None


def _life(name: str, fields: Fields, rules: Rules) -> tuple[bool, bool, str]:
    """Give whether data outlives the task and its machine, and who shares it."""
    scope = fields.choice("scope", ("task", "shared"), "shared")
    standalone = fields.boolean("standalone", False)
    deleted = fields.boolean("delete_on_termination", True)
    outlives = name in rules.outlives_task
    shared = rules.efs_reach if name == "efs" else KINDS[name].shared
    if name == "docker" and scope == "task":
        outlives, shared = False, "task"
    if name == "ebs":
        outlives = (standalone and not deleted) or (not standalone and rules.service_keeps_ebs)
    return outlives, outlives and name in rules.outlives_instance, shared
