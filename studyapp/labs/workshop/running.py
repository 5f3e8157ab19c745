"""The labs of running services: deployments, images, scaling, capacity."""

from studyapp.labs.workshop import drawing
from studyapp.labs.workshop.fields import Field, Rows
from studyapp.labs.workshop.lab import Bench, Example, Lab

_READS = "A create-service, update-service, describe-services or put-scaling-policy document"
_DESIRED = Field("desired", "desiredCount", slides_to=40)
_MINIMUM = Field("min_healthy_percent", "minimumHealthyPercent")
_MAXIMUM = Field("max_percent", "maximumPercent")
_ROOM = Field("free_task_slots", "Room for more tasks", optional=True, help="Empty: no limit.")

DEPLOYMENT = Lab(
    "deployment", "Rolling deployment",
    "Two percentages bound a rolling deployment. See what they allow, when it waits, and when it can never move.",
    "service-updates",
    (
        Bench("deployment.waves", "The moves", (_DESIRED, _MINIMUM, _MAXIMUM, _ROOM), "actions | count",
              "How many moves does it take?", drawing.deployment),
        Bench("deployment.rollout", "On a cluster",
              (_DESIRED, _MINIMUM, _MAXIMUM,
               Field("old.cpu", "Old task: CPU units"), Field("old.memory", "Old task: memory, MiB"),
               Field("new.cpu", "New task: CPU units"), Field("new.memory", "New task: memory, MiB"),
               Rows("instances", "Container instances",
                    (Field("id", "Name", "word"), Field("az", "Zone", "word"), Field("cpu", "CPU units"),
                     Field("memory", "Memory, MiB")), "instance")),
              "waves | count", "How many moves does it take?", drawing.rollout),
        Bench("deployment.bounds", "The two limits",
              (Field("scheduling", "schedulingStrategy", "choice", ("REPLICA", "DAEMON")),
               _DESIRED, _MINIMUM, _MAXIMUM),
              "lower", "How many tasks must stay healthy?"),
        Bench("deployment.capacity", "Room in the cluster", (_DESIRED, _MINIMUM, _MAXIMUM, _ROOM), "first_start_max",
              "How many tasks can start first?"),
        Bench("deployment.cb_trip", "The circuit breaker",
              (_DESIRED, Field("events", "What happens, task by task", "words", help="fail or healthy, in order.")),
              "tripped_at_event", "At which event does it trip?"),
        Bench("deployment.cb_rollback", "Rollback",
              (Field("rollback", "Rollback enabled", "flag"),
               Rows("deployments", "Deployments, oldest first; the last one has just failed",
                    (Field("id", "Name", "word"),
                     Field("state", "State", "choice", ("COMPLETED", "IN_PROGRESS", "FAILED"))), "deployment")),
              "rollback_to", "To which deployment does it roll back?"),
    ),
    (
        Example("usual", "New ones first", "With 100 and 200 percent all new tasks start first.", "N100",
                "deployment.waves", {"desired": 4, "min_healthy_percent": 100, "max_percent": 200}),
        Example("tight", "In small waves", "50 and 150 percent of 5: both are rounded to the safe side.", "A102",
                "deployment.waves", {"desired": 5, "min_healthy_percent": 50, "max_percent": 150}),
        Example("stuck", "Can never move", "100 and 150 percent of one task leave no room either way.", "A104",
                "deployment.waves", {"desired": 1, "min_healthy_percent": 100, "max_percent": 150}),
        Example("no-room", "Waits for room", "The percentages allow a start; the cluster has no room for it.", "A016",
                "deployment.waves",
                {"desired": 4, "min_healthy_percent": 100, "max_percent": 200, "free_task_slots": 0}),
        Example("on-a-cluster", "Little room", "The new tasks need more memory: each wave waits for old ones to stop.",
                "N100", "deployment.rollout",
                {"desired": 4, "min_healthy_percent": 50, "max_percent": 200,
                 "old": {"cpu": 256, "memory": 1024}, "new": {"cpu": 256, "memory": 1536},
                 "instances": [{"id": "i-1", "az": "a", "cpu": 2048, "memory": 3072},
                               {"id": "i-2", "az": "b", "cpu": 2048, "memory": 3072}]}),
        Example("cannot-finish", "No room at all", "With 100 percent healthy nothing may stop, and no more fits.",
                "A016", "deployment.rollout",
                {"desired": 2, "min_healthy_percent": 100, "max_percent": 200,
                 "old": {"cpu": 256, "memory": 1024}, "new": {"cpu": 256, "memory": 1024},
                 "instances": [{"id": "i-1", "az": "a", "cpu": 2048, "memory": 2048}]}),
        Example("limits", "Rounded to the safe side", "Up for the lower limit, down for the upper one.", "A103",
                "deployment.bounds",
                {"scheduling": "REPLICA", "desired": 5, "min_healthy_percent": 50, "max_percent": 150}),
        Example("breaker", "Half, but at least three", "A small service gets a little patience.", "A106",
                "deployment.cb_trip", {"desired": 4, "events": ["fail", "fail", "healthy", "fail", "fail", "fail"]}),
        Example("rollback", "Back to what worked", "Rollback skips what failed or never finished.", "A105",
                "deployment.cb_rollback",
                {"rollback": True, "deployments": [
                    {"id": "d1", "state": "COMPLETED"}, {"id": "d2", "state": "IN_PROGRESS"},
                    {"id": "d3", "state": "FAILED"}]}),
    ),
    reads=_READS,
)  # fmt: skip

_EVENT = Rows(
    "events", "What happens, in order",
    (
        Field("op", "Event", "choice",
              ("push", "create_service", "scale_to", "force_new_deployment", "replace_one_task", "delete_digest")),
        Field("tag", "tag", "word", optional=True), Field("digest", "digest", "word", optional=True),
        Field("desired", "tasks", optional=True),
    ),
    "event",
)  # fmt: skip
_STALE = [
    {"op": "push", "tag": "latest", "digest": "A"}, {"op": "create_service", "desired": 2},
    {"op": "push", "tag": "latest", "digest": "B"}, {"op": "scale_to", "desired": 5},
]  # fmt: skip

IMAGE = Lab(
    "image", "Which image runs?",
    "A tag moves, a digest stays. Push, deploy and scale, and see which digest every task runs.",
    "stale-image",
    (
        Bench("image.resolution", "Tags, digests and tasks",
              (Field("version_consistency", "versionConsistency", "choice", ("enabled", "disabled")), _EVENT),
              "running | keys | count", "How many different images run at the end?", drawing.resolution),
        Bench("image.pull", "What the agent pulls",
              (Field("behavior", "ECS_IMAGE_PULL_BEHAVIOR", "choice", ("default", "always", "once", "prefer-cached")),
               Field("cached_digest", "Copy on the instance", "word", optional=True, help="Empty: none."),
               Field("remote_digest", "Image in the registry", "word"),
               Field("pull_succeeds", "The registry can be reached", "flag"),
               Field("pulled_by_earlier_task_on_instance", "An earlier task pulled the copy", "flag")),
              "runs", "Which image does the task run?"),
    ),
    (
        Example("scale-out", "Scaling releases nothing", "The new tasks run the image that the deployment fixed.",
                "A080", "image.resolution", {"version_consistency": "enabled", "events": _STALE}),
        Example("mixture", "Two versions at once", "Without version consistency, each start looks the tag up.", "N104",
                "image.resolution", {"version_consistency": "disabled", "events": _STALE}),
        Example("forced", "Force new deployment", "A deployment looks the tag up anew.", "N099", "image.resolution",
                {"version_consistency": "enabled", "events": [*_STALE, {"op": "force_new_deployment"}]}),
        Example("deleted", "The fixed image is gone", "A lifecycle rule removed it; new tasks cannot start.", "A083",
                "image.resolution", {"version_consistency": "enabled", "events": [
                    *_STALE[:3], {"op": "delete_digest", "digest": "A"}, {"op": "scale_to", "desired": 5}]}),
        Example("cached", "The agent cannot pull", "With the default an old copy is better than none.", "A081",
                "image.pull",
                {"behavior": "default", "cached_digest": "old", "remote_digest": "new", "pull_succeeds": False,
                 "pulled_by_earlier_task_on_instance": True}),
        Example("always", "Rather none than an old one", "Set to always, the task fails.", "A081", "image.pull",
                {"behavior": "always", "cached_digest": "old", "remote_digest": "new", "pull_succeeds": False,
                 "pulled_by_earlier_task_on_instance": True}),
    ),
)  # fmt: skip

_RANGE = (Field("min", "Minimum"), Field("max", "Maximum"))
_ALARM = Field("alarm", "Alarm", "choice", ("HIGH", "LOW", "NONE", "INSUFFICIENT_DATA"))
_KIND = Field("adjustment_type", "AdjustmentType", "choice",
              ("ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"))  # fmt: skip
_RUSH = [40] * 10 + [60, 90, 130, 180, 240, 300, 340, 360] + [360] * 15 + [300, 220, 150, 90, 60] + [40] * 30
_SAW = [300 if minute % 20 < 4 else 60 for minute in range(80)]

SCALING = Lab(
    "scaling", "Service Auto Scaling",
    "Give a load, set a policy, and watch metric, alarms and tasks; or work a single decision out by hand.",
    "service-auto-scaling",
    (
        Bench("scaling.over_time", "A load over time",
              (Field("load", "Load, minute by minute", "numbers", drawn=True,
                     help="Units of work, with commas or spaces between."),
               Field("per_task", "Units that fill one task"), Field("target", "Target, percent"), *_RANGE,
               Field("start_minutes", "Minutes until a task is up", optional=True),
               Field("scale_in_cooldown", "Scale-in cooldown, minutes", optional=True),
               Field("disable_scale_in", "Scale-in disabled", "flag")),
              "tasks | most", "How many tasks run at the most?", drawing.over_time,
              hidden=("tasks", "metric", "alarm")),
        Bench("scaling.target_tracking", "One decision of target tracking",
              (Field("running", "Running tasks"), Field("metric", "Metric"), Field("target", "Target"), _ALARM, *_RANGE,
               Field("disable_scale_in", "Scale-in disabled", "flag"),
               Field("deployment_in_progress", "A deployment is in progress", "flag"),
               Field("in_scale_in_cooldown", "In the cooldown of a scale-in", "flag")),
              "desired", "How many tasks does it set?"),
        Bench("scaling.step", "One decision of step scaling",
              (Field("current", "Tasks now"), Field("threshold", "Threshold"), Field("metric", "Metric"), _KIND,
               Rows("steps", "Steps, as offsets from the threshold",
                    (Field("lower", "from", optional=True), Field("upper", "to", optional=True),
                     Field("adjustment", "adjustment")), "step"), *_RANGE),
              "new_capacity", "How many tasks does it set?"),
    ),
    (
        Example("rush", "A rush", "Three minutes above the target, then a jump; patience on the way down.", "A090",
                "scaling.over_time", {"load": _RUSH, "per_task": 60, "target": 60, "min": 1, "max": 12}),
        Example("saw", "Short bursts", "Bursts of four minutes: the tasks come when the burst is nearly over.", "N041",
                "scaling.over_time", {"load": _SAW, "per_task": 60, "target": 60, "min": 1, "max": 12}),
        Example("low-target", "A lower target", "The same rush with more to spare, and more to pay.", "N038",
                "scaling.over_time", {"load": _RUSH, "per_task": 60, "target": 40, "min": 1, "max": 20}),
        Example("round-up", "Rounded up", "7.8 tasks are 8.", "A090", "scaling.target_tracking",
                {"running": 6, "metric": 65, "target": 50, "alarm": "HIGH", "min": 2, "max": 20}),
        Example("deploying", "No scale-in while deploying", "Averages look low while old and new share the load.",
                "A092", "scaling.target_tracking",
                {"running": 10, "metric": 20, "target": 50, "alarm": "LOW", "min": 2, "max": 20,
                 "deployment_in_progress": True}),
        Example("steps", "Which step?", "The bounds are offsets from the threshold.", "N042",
                "scaling.step",
                {"current": 10, "threshold": 50, "metric": 68, "adjustment_type": "ChangeInCapacity",
                 "min": 1, "max": 40,
                 "steps": [{"lower": 0, "upper": 10, "adjustment": 1}, {"lower": 10, "upper": 20, "adjustment": 4},
                           {"lower": 20, "adjustment": 8}]}),
    ),
    reads=_READS,
)  # fmt: skip

CAPACITY = Lab(
    "capacity", "Capacity providers",
    "Base, weight, and how many instances it takes. Set a strategy and move the number of tasks.",
    "capacity",
    (
        Bench("capacity.strategy", "Base and weight",
              (Field("tasks", "Tasks", slides_to=60),
               Rows("strategy", "capacityProviderStrategy",
                    (Field("name", "capacityProvider", "word"), Field("type", "kind", "choice", ("asg", "fargate")),
                     Field("base", "base", optional=True), Field("weight", "weight", optional=True)), "provider")),
              "counts | values | first", "How many tasks does the first provider get?", drawing.strategy),
        Bench("capacity.cpr", "Managed scaling",
              (Field("running_instances", "Running instances"), Field("instances_needed", "Instances needed"),
               Field("target_capacity", "Target capacity, percent")),
              "desired_instances", "To how many instances does it steer?"),
    ),
    (
        Example("shop", "The shop on sale day", "A base on FARGATE, the rest one to three on Spot.", "A095",
                "capacity.strategy", {"tasks": 24, "strategy": [
                    {"name": "FARGATE", "type": "fargate", "base": 4, "weight": 1},
                    {"name": "FARGATE_SPOT", "type": "fargate", "weight": 3}]}),
        Example("mixed", "Two kinds in one strategy", "What the notes' shop wants, and ECS refuses.", "N047",
                "capacity.strategy", {"tasks": 24, "strategy": [
                    {"name": "instances", "type": "asg", "base": 4, "weight": 1},
                    {"name": "FARGATE", "type": "fargate", "weight": 3}]}),
        Example("weights", "A ratio, not an order", "Two groups, one to three, without a base.", "A099",
                "capacity.strategy", {"tasks": 8, "strategy": [{"name": "steady", "type": "asg", "weight": 1},
                                          {"name": "spot", "type": "asg", "weight": 3}]}),
        Example("need", "More needed than there are", "The ratio goes beyond 100 and so says how many.", "A096",
                "capacity.cpr", {"running_instances": 4, "instances_needed": 6, "target_capacity": 100}),
        Example("spare", "Room to spare", "A target of 50 keeps as many spare as are used.", "A096", "capacity.cpr",
                {"running_instances": 4, "instances_needed": 3, "target_capacity": 50}),
    ),
    reads=_READS,
)  # fmt: skip
