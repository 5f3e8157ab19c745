"""What AWS refuses: RegisterTaskDefinition, RunTask and CreateService against their limits."""

from studyapp.simulators.validation.family import FAMILIES
from studyapp.simulators.validation.problems import Problem

__all__ = ["FAMILIES", "Problem"]
