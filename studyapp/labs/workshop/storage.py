"""The lab of a task's storage and of its load balancer."""

from studyapp.labs.workshop import boards
from studyapp.labs.workshop.fields import Field
from studyapp.labs.workshop.lab import Bench, Example, Lab
from studyapp.simulators.lb.rules import NEEDS
from studyapp.simulators.volume.mounting import LAUNCH_TYPES
from studyapp.simulators.volume.rules import KINDS

_MOUNT = Bench(
    "volume.mount", "Volumes",
    (
        Field("kind", "Volume", "choice", tuple(KINDS)),
        Field("launch_type", "launchType", "choice", LAUNCH_TYPES),
        Field("os", "Operating system", "choice", ("linux", "windows")),
        Field("platform_version", "platformVersion on Fargate", "choice", ("LATEST", "1.4.0", "1.3.0"), optional=True),
        Field("transit_encryption", "EFS: transitEncryption", "choice", ("ENABLED", "DISABLED"), optional=True),
        Field("access_point", "EFS: access point", "flag"),
        Field("iam_authorization", "EFS: IAM authorization", "flag"),
        Field("task_role", "The task has a task role", "flag", default=True),
        Field("scope", "Docker volume: scope", "choice", ("task", "shared"), optional=True),
        Field("standalone", "EBS: run by itself, not by a service", "flag"),
        Field("delete_on_termination", "EBS: deleted when the task ends", "flag", default=True),
    ),
    "outlives_task", "Is the data still there when the task has ended? (none, if it cannot be mounted)",
    boards.volumes, draws_wrong=False,
)  # fmt: skip

STORAGE = Lab(
    "storage", "Storage and load balancers of a task",
    "What mounts where, what outlives the task, how much room there is, and which load balancer does what you need.",
    "task-storage",
    (
        _MOUNT,
        Bench("volume.ephemeral", "Ephemeral storage on Fargate",
              (Field("size_gib", "ephemeralStorage.sizeInGiB", optional=True, help="Empty: nothing is asked for."),
               Field("image_gib", "Images, unpacked, GiB", "decimal"),
               Field("data_gib", "Data of the containers, GiB", "decimal")),
              "free_gib", "How many GiB are left for data?", boards.steps),
        Bench("lb.choose", "Load balancers",
              (Field("needs", "The service needs", "checks", tuple(NEEDS)),
               Field("launch_type", "launchType", "choice", LAUNCH_TYPES),
               Field("network_mode", "networkMode", "choice", ("bridge", "host", "awsvpc"), optional=True)),
              "choice", "Which one: alb, nlb, gwlb, clb or none?", boards.balancers),
    ),
    (
        Example("efs", "EFS on Fargate", "Shared by all tasks in all zones, and there for good.", "N034",
                "volume.mount", {"kind": "efs", "launch_type": "FARGATE", "os": "linux", "task_role": True,
                 "delete_on_termination": True}),
        Example("access-point", "An access point without encryption", "EFS then refuses the mount.", "A074",
                "volume.mount", {"kind": "efs", "launch_type": "FARGATE", "os": "linux", "access_point": True,
                                 "transit_encryption": "DISABLED", "task_role": True,
                 "delete_on_termination": True}),
        Example("host-path", "A path of the host", "It outlives the task, not the instance; on Fargate it is refused.",
                "N022", "volume.mount",
                {"kind": "host_path", "launch_type": "EC2", "os": "linux", "task_role": True,
                 "delete_on_termination": True}),
        Example("s3", "S3 as a file system", "Never, say the notes; today it depends on the launch type.", "N033",
                "volume.mount", {"kind": "s3_files", "launch_type": "FARGATE", "os": "linux", "task_role": True,
                 "delete_on_termination": True}),
        Example("ebs", "An EBS volume of a service's task", "It goes when the task goes.", "A073", "volume.mount",
                {"kind": "ebs", "launch_type": "FARGATE", "os": "linux", "task_role": True,
                 "delete_on_termination": True}),
        Example("image-counts", "9 GiB of image", "The image takes its part of the 20 GiB.", "A072",
                "volume.ephemeral", {"image_gib": 9, "data_gib": 14}),
        Example("udp", "UDP and several target groups", "One kind does both.", "N052", "lb.choose",
                {"needs": ["several-target-groups", "udp"], "launch_type": "FARGATE"}),
        Example("paths", "Routing by path with dynamic ports", "Two candidates for the one, one for the other.",
                "N051", "lb.choose", {"needs": ["http-rules", "dynamic-host-ports"], "launch_type": "EC2"}),
    ),
)  # fmt: skip
