"""Wrong rules about the storage of tasks that people believe, each the true ones with one part exchanged."""

from dataclasses import replace

from studyapp.simulators.ruled import Misconception, named
from studyapp.simulators.volume.rules import KINDS, TRUTH

MOUNT = named(
    Misconception(
        "host_path_on_fargate",
        "On Fargate a bind mount can name a path of the host too.",
        "N023",
        "There is no host of yours; what is there is the task's ephemeral storage.",
        replace(TRUTH, also=frozenset((("host_path", "FARGATE"), ("docker", "FARGATE")))),
    ),
    Misconception(
        "efs_is_for_instances",
        "An EFS file system must be mounted on an instance, so it is nothing for Fargate.",
        "N034",
        "A task definition mounts it, on EC2 and on Fargate.",
        replace(TRUTH, never=frozenset((("efs", "FARGATE"),))),
    ),
    Misconception(
        "ebs_is_for_instances",
        "EBS volumes belong to instances, so a Fargate task cannot have one.",
        "A073",
        "A task can have one made for it at launch, on Fargate too.",
        replace(TRUTH, never=frozenset((("ebs", "FARGATE"),))),
    ),
    Misconception(
        "s3_never_mounts",
        "S3 can never be mounted as a file system.",
        "N033",
        "So the notes say; S3 Files volumes work on Fargate and Managed Instances today.",
        replace(TRUTH, never=frozenset((("s3_files", "FARGATE"), ("s3_files", "MANAGED_INSTANCES")))),
    ),
    Misconception(
        "s3_mounts_everywhere",
        "S3 Files work with every launch type.",
        "N033",
        "Not with the EC2 launch type yet.",
        replace(TRUTH, also=frozenset((("s3_files", "EC2"),))),
    ),
    Misconception(
        "windows_mounts_all",
        "Windows containers mount what Linux containers mount.",
        "N034",
        "EFS is for Linux; FSx for Windows File Server is for Windows.",
        replace(TRUTH, systems_matter=False),
    ),
    Misconception(
        "bind_mount_outlives_task",
        "Data in a bind mount is still there for the next task.",
        "N021",
        "Only with a host path, and only on that instance. Else it goes with the task.",
        replace(TRUTH, outlives_task=TRUTH.outlives_task | {"bind"}),
    ),
    Misconception(
        "host_path_outlives_instance",
        "Data under a host path outlives the instance.",
        "N022",
        "It lies on the file system of that instance and goes with it.",
        replace(TRUTH, outlives_instance=frozenset(KINDS)),
    ),
    Misconception(
        "efs_is_per_zone",
        "Tasks share an EFS file system only on one instance.",
        "N035",
        "All tasks that mount it share it, in any zone.",
        replace(TRUTH, efs_reach="instance"),
    ),
    Misconception(
        "service_keeps_ebs_volumes",
        "The EBS volume of a service's task is kept for its successor.",
        "A073",
        "It is deleted with the task; only a task that you run by itself may keep it.",
        replace(TRUTH, service_keeps_ebs=True),
    ),
    Misconception(
        "access_point_needs_no_encryption",
        "Encryption in transit is a free choice with EFS.",
        "A074",
        "With an access point or IAM authorization it must be enabled.",
        replace(TRUTH, encryption_is_needed=False),
    ),
)
EPHEMERAL = named(
    Misconception(
        "image_lies_elsewhere",
        "The image does not count against ephemeral storage.",
        "A072",
        "It lies there too, pulled and unpacked.",
        replace(TRUTH, image_counts=False),
    ),
    Misconception(
        "twenty_can_be_set",
        "20 GiB can be asked for like any size up to 200.",
        "N023",
        "20 is what comes of itself; a setting is 21 to 200.",
        replace(TRUTH, smallest_setting_gib=20),
    ),
    Misconception(
        "no_upper_limit",
        "Ephemeral storage can be made as large as one likes.",
        "N023",
        "200 GiB is the most.",
        replace(TRUTH, largest_gib=10_000),
    ),
    Misconception(
        "ten_gib_come_along",
        "A task has 10 GiB of its own.",
        "N023",
        "20 since platform version 1.4.0.",
        replace(TRUTH, default_gib=10),
    ),
    Misconception(
        "two_hundred_come_along",
        "A task has 200 GiB from the start.",
        "N023",
        "That is the most one may ask for; 20 come of themselves.",
        replace(TRUTH, default_gib=200),
    ),
)
