"""The cluster query language of ECS: what a memberOf constraint and the filter of list-container-instances say."""

from studyapp.simulators.cql.expression import Expression, Subject, Test
from studyapp.simulators.cql.family import FAMILIES, subject_of
from studyapp.simulators.cql.parser import LONGEST, parse
from studyapp.simulators.cql.problems import SyntaxProblem

__all__ = ["FAMILIES", "LONGEST", "Expression", "Subject", "SyntaxProblem", "Test", "parse", "subject_of"]
