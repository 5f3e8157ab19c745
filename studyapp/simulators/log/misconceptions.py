"""Wrong rules about logs that people believe, each of them the true ones with one part exchanged."""

from dataclasses import replace
from types import MappingProxyType

from studyapp.simulators.log.rules import DRIVERS, LAUNCH_TYPES, TRUTH
from studyapp.simulators.ruled import Misconception, named

_EVERY_DRIVER = Misconception(
    "every_driver_on_fargate",
    "Fargate knows every log driver that Docker knows.",
    "N066",
    "It knows awslogs, splunk and awsfirelens.",
    replace(TRUTH, on=MappingProxyType(dict.fromkeys(LAUNCH_TYPES, frozenset(DRIVERS)))),
)
_NO_PREFIX = Misconception(
    "prefix_is_always_optional",
    "A stream prefix is a matter of taste.",
    "N089",
    "On Fargate awslogs-stream-prefix is required.",
    replace(TRUTH, prefix_required_on=frozenset()),
)
_GROUP_ONLY = Misconception(
    "group_is_all_awslogs_needs",
    "All that awslogs needs is a log group.",
    "N089",
    "It needs the Region too, and on Fargate a stream prefix.",
    replace(
        TRUTH,
        required=MappingProxyType({**TRUTH.required, "awslogs": ("awslogs-group",)}),
        prefix_required_on=frozenset(),
    ),
)
_URL_ONLY = Misconception(
    "splunk_needs_only_the_url",
    "Splunk needs its address and nothing else.",
    "N090",
    "The token is required as well.",
    replace(TRUTH, required=MappingProxyType({**TRUTH.required, "splunk": ("splunk-url",)})),
)
_BLOCKING = Misconception(
    "blocking_is_the_default",
    "Unless you say otherwise, a log driver blocks.",
    "A035",
    "That was so until 25 June 2025; the default is non-blocking now.",
    replace(TRUTH, default_mode="blocking"),
)
_ALWAYS_OFFERED = Misconception(
    "instances_offer_every_driver",
    "An instance offers every log driver that Docker has.",
    "N069",
    "It offers what ECS_AVAILABLE_LOGGING_DRIVERS lists; a task that wants another is not placed there.",
    replace(TRUTH, must_be_offered=False),
)
DRIVER = named(
    _EVERY_DRIVER,
    _NO_PREFIX,
    _GROUP_ONLY,
    _URL_ONLY,
    _BLOCKING,
    _ALWAYS_OFFERED,
    Misconception(
        "prefix_is_required_everywhere",
        "A stream prefix is required on EC2 as well.",
        "N089",
        "It is required on Fargate alone.",
        replace(TRUTH, prefix_required_on=frozenset(LAUNCH_TYPES)),
    ),
    Misconception(
        "secret_options_do_not_count",
        "A required option must stand among the options.",
        "A041",
        "It may come from secretOptions, as the Splunk token should.",
        replace(TRUTH, secrets_count=False),
    ),
    Misconception(
        "account_beats_container",
        "The account's default mode overrides the container's.",
        "A035",
        "The container's own option comes first.",
        replace(TRUTH, account_decides_first=True),
    ),
    Misconception(
        "router_driver_must_be_enabled",
        "awsfirelens has to be listed in ECS_AVAILABLE_LOGGING_DRIVERS.",
        "N069",
        "The agent registers it by itself.",
        replace(TRUTH, router_must_be_offered=True),
    ),
)
CHECK = named(
    _EVERY_DRIVER,
    _NO_PREFIX,
    _URL_ONLY,
    _ALWAYS_OFFERED,
    Misconception(
        "log_group_is_created",
        "A log group that does not exist is created.",
        "A030",
        "Only with awslogs-create-group; else the task does not start.",
        replace(TRUTH, group_is_made=True),
    ),
    Misconception(
        "creating_needs_no_right",
        "awslogs-create-group is all it takes to create the group.",
        "A031",
        "The role needs logs:CreateLogGroup, which the managed policy does not hold.",
        replace(TRUTH, creating_needs_right=False),
    ),
    Misconception(
        "task_role_writes_awslogs",
        "On Fargate the task role writes the logs.",
        "A033",
        "The task execution role does; the task role is for your own code.",
        replace(TRUTH, writes="task"),
    ),
    Misconception(
        "execution_role_serves_router",
        "The router sends with the task execution role.",
        "A043",
        "It is a container of the task and sends with the task role.",
        replace(TRUTH, router_sends="execution"),
    ),
    Misconception(
        "firelens_needs_no_router",
        "The driver awsfirelens routes logs by itself.",
        "A042",
        "It hands them to a container of the task that has a firelensConfiguration.",
        replace(TRUTH, router_needed=False),
    ),
)
