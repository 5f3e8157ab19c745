"""Logs of containers: which driver works where, what is wrong with a configuration, and a configuration that works."""

from studyapp.simulators.log import checking, configuring, driving, misconceptions
from studyapp.simulators.log.rules import TRUTH
from studyapp.simulators.ruled import ruled_family

FAMILIES = (
    ruled_family(
        "log.driver",
        "Whether a log driver works on a launch type, what it needs, and in which mode it sends.",
        driving.answer,
        TRUTH,
        misconceptions.DRIVER.values(),
    ),
    ruled_family(
        "log.check",
        "What is wrong with the logging of a task's containers.",
        checking.answer,
        TRUTH,
        misconceptions.CHECK.values(),
    ),
    ruled_family(
        "log.configure",
        "A log configuration for a launch type, driver and destination, with the permissions it takes.",
        configuring.answer,
        TRUTH,
    ),
)
