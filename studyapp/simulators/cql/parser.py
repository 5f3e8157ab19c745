"""Reading the cluster query language of ECS.

    expression := or
    or         := and   { ("or" | "||") and }
    and        := unary { ("and" | "&&") unary }
    unary      := ("not" | "!") unary | "(" expression ")" | simple
    simple     := subject operator [ argument ]
    subject    := "attribute:" NAME | "task:group" | "runningTasksCount" | "agentVersion" | "registeredAt"
                | "agentConnected" | "ec2InstanceId"
    operator   := "==" | "!=" | ">" | ">=" | "<" | "<=" | "exists" | "!exists" | "in" | "!in" | "=~" | "!~"
                | equals | not_equals | greater_than | greater_than_equal | less_than | less_than_equal
                | not_exists | not_in | matches | not_matches
    argument   := literal | "[" literal { "," literal } "]"            the list after in and !in, and only there
    literal    := bare word | 'single quoted' | "double quoted"

Source: ECS developer guide, cluster-query-language: subjects, their operators, the list, the forms of a date, and
that a simple expression holds no parentheses. Conventions, as AWS is silent: `not` binds closest, then `and`, then
`or`; keywords are in lower case; quotes hold everything up to the next quote of their kind; a bare word ends at
white space, quotes, brackets, commas and the signs of operators. After `=~` a bare word may hold more: it ends at
white space, `&&`, `||` or a closing parenthesis, none of them within a character class.

The reader keeps its own stack and looks at every character a fixed number of times: neither depth nor length can
exhaust it.
"""

from typing import Any

from studyapp.simulators.cql.expression import Expression, Test
from studyapp.simulators.cql.patterns import LARGEST, PatternProblem, compile_pattern
from studyapp.simulators.cql.problems import SyntaxProblem
from studyapp.simulators.cql.values import count, instant, version

LONGEST = 2000  # characters of an expression, as AWS allows

_SPACE = " \t\r\n"
_SIGNS = "=!<>~"
_STOPS = frozenset(_SPACE + _SIGNS + "()[],'\"&|")
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/\\.")
_WORDS = {
    "equals": "==",
    "not_equals": "!=",
    "greater_than": ">",
    "greater_than_equal": ">=",
    "less_than": "<",
    "less_than_equal": "<=",
    "exists": "exists",
    "not_exists": "!exists",
    "in": "in",
    "not_in": "!in",
    "matches": "=~",
    "not_matches": "!~",
}
_OPERATORS = frozenset(_WORDS.values())
_TEXTS = frozenset(("==", "!=", "in", "!in", "=~", "!~"))
_ORDERS = frozenset(("==", "!=", ">", ">=", "<", "<="))
SUBJECTS = {
    "task:group": _TEXTS,
    "runningTasksCount": _ORDERS,
    "agentVersion": _ORDERS,
    "registeredAt": _ORDERS,
    "agentConnected": _TEXTS,
    "ec2InstanceId": _TEXTS,
}
_FORMS = {
    "runningTasksCount": (count, "a whole number, such as 3"),
    "agentVersion": (version, "a version, such as 1.71.0"),
    "registeredAt": (
        instant,
        "a date: 2018-06-18, 2018-06-18T22:28:28, 2018-06-18T22:28:28Z or 2018-06-18T22:28:28+00:00",
    ),
}
_BINDS = {"or": 1, "and": 2, "not": 3, "(": 0}


def parse(text: str, *, longest: int = LONGEST) -> Expression:
    """Read an expression. Raises SyntaxProblem for what AWS rejects, or is longer than `longest` characters."""
    return _Reader(text, longest).expression()


class _Reader:
    def __init__(self, text: str, longest: int) -> None:
        self.text = text
        self.place = 0
        self.tests: list[Test] = []
        self.program: list[int | str] = []
        self.stack: list[tuple[str, int]] = []  # waiting operators and open parentheses, and where they stand
        self.steps = 0  # of all patterns so far
        if len(text) > longest:
            raise SyntaxProblem(text, longest, f"The expression has {len(text)} characters, {longest} are allowed")
        for place, char in enumerate(text):
            if not char.isprintable() and char not in _SPACE:
                raise SyntaxProblem(text, place, "This character is invisible or broken")

    def expression(self) -> Expression:
        """Read it all. Between tests and the words that join them the reader goes to and fro."""
        operand = True
        while True:
            self._skip()
            if operand:
                operand = self._operand()
            elif self.place == len(self.text):
                break
            else:
                operand = self._joint()
        while self.stack:
            self._settle()
        return Expression(self.text, tuple(self.tests), tuple(self.program))

    def _problem(self, message: str, place: int | None = None) -> SyntaxProblem:
        return SyntaxProblem(self.text, self.place if place is None else place, message)

    def _skip(self) -> None:
        while self.place < len(self.text) and self.text[self.place] in _SPACE:
            self.place += 1

    def _word(self) -> str:
        start = self.place
        while self.place < len(self.text) and self.text[self.place] not in _STOPS:
            self.place += 1
        return self.text[start : self.place]

    def _operand(self) -> bool:
        """Read what may begin a test; tell whether an operand is still missing."""
        start = self.place
        char = self.text[start : start + 1]
        if not char:
            raise self._missing()
        if char == "(":
            self.place += 1
            self.stack.append(("(", start))
            return True
        if char == "!" and self.text[start + 1 : start + 2] not in ("=", "~"):
            self.place += 1
            self.stack.append(("not", start))
            return True
        if char == ")":
            empty = bool(self.stack) and self.stack[-1][0] == "("
            raise self._problem("There is nothing in these parentheses" if empty else "An expression is missing here")
        word = self._word()
        if word == "not":
            self.stack.append(("not", start))
            return True
        self._subject(word, start)
        operator = self._operator(word)
        wanted = self._argument(word, operator)
        self.program.append(len(self.tests))
        self.tests.append(Test(word, operator, wanted, start, self.place))
        return False

    def _joint(self) -> bool:
        """Read what may follow a test; tell whether an operand must come next."""
        start = self.place
        if self.text[start] == ")":
            while self.stack and self.stack[-1][0] != "(":
                self._settle()
            if not self.stack:
                raise self._problem("This parenthesis closes none that is open")
            self.stack.pop()
            self.place += 1
            return False
        pair = self.text[start : start + 2]
        word = {"&&": "and", "||": "or"}.get(pair)
        if word:
            self.place += 2
        else:
            word = self._word()
        if word not in ("and", "or"):
            raise self._unjoined(word, start)
        while self.stack and _BINDS[self.stack[-1][0]] >= _BINDS[word]:
            self._settle()
        self.stack.append((word, start))
        return True

    def _settle(self) -> None:
        word, place = self.stack.pop()
        if word == "(":
            raise self._problem("This parenthesis is not closed", place)
        self.program.append(word)

    def _missing(self) -> SyntaxProblem:
        if not self.stack:
            return self._problem("There is no expression" if not self.tests else "An expression is missing here")
        word, place = self.stack[-1]
        if word == "(":
            return self._problem("This parenthesis is not closed", place)
        return self._problem(f"Nothing follows after {self.text[place : place + len(word)].strip()}")

    def _unjoined(self, word: str, start: int) -> SyntaxProblem:
        last = self.tests[-1]
        if word.lower() in ("and", "or"):
            return self._problem(f"Write {word.lower()} in small letters", start)
        if last.operator in ("exists", "!exists"):
            return self._problem(f"{last.operator} takes no value; and, or or the end must follow", start)
        hint = "; a value with spaces must be in quotes" if word and last.end <= start else ""
        return self._problem(f"Here and, or, a closing parenthesis or the end is expected{hint}", start)

    def _subject(self, word: str, start: int) -> None:
        if not word:
            raise self._problem("A subject is expected here, such as attribute:NAME", start)
        if word.startswith("attribute:"):
            name = word.removeprefix("attribute:")
            if not name:
                raise self._problem("The name of the attribute is missing")
            if len(name) > 128:
                raise self._problem("The name of an attribute has at most 128 characters", start + 10)
            for place, char in enumerate(name):
                if char not in _NAME:
                    message = "The name of an attribute has letters, digits and - _ / \\ . only"
                    raise self._problem(message, start + 10 + place)
        elif word not in SUBJECTS:
            known = {name.lower(): name for name in SUBJECTS}
            shown = word if len(word) <= 40 else word[:37] + "..."
            if word.lower() in known:
                raise self._problem(f"The subject is written {known[word.lower()]}", start)
            raise self._problem(f"There is no subject {shown}; an attribute is written attribute:NAME", start)

    def _operator(self, subject: str) -> str:
        """Read an operator that the subject takes; give its symbol."""
        self._skip()
        start = self.place
        while self.place < len(self.text) and self.text[self.place] in _SIGNS:
            self.place += 1
        written = self.text[start : self.place]
        if written in ("", "!"):
            written += self._word()
        if not written:
            raise self._problem(f"An operator is missing after {_short(subject)}", start)
        operator = _WORDS.get(written, written)
        if operator not in _OPERATORS:
            hint = "; write not_in or not_exists" if written == "not" else ""
            if written.lower() in _WORDS:
                hint = f"; write {written.lower()}"
            raise self._problem(f"There is no operator {_short(written)}{hint}", start)
        allowed = SUBJECTS.get(subject, _OPERATORS)
        if operator not in allowed:
            listed = ", ".join(sorted(allowed, key=list(_WORDS.values()).index))
            raise self._problem(f"{subject} does not take {written}, only {listed}", start)
        return operator

    def _argument(self, subject: str, operator: str) -> Any:
        if operator in ("exists", "!exists"):
            return None
        end = self.place
        self._skip()
        start = self.place
        if start == len(self.text):
            self.place = end
            raise self._problem(f"A value is missing after {operator}")
        if operator in ("in", "!in"):
            return self._list(operator)
        if operator in ("=~", "!~"):
            return self._pattern()
        value = self._literal()
        if subject in _FORMS:
            read, form = _FORMS[subject]
            wanted = read(value)
            if wanted is None:
                raise self._problem(f"{subject} is compared with {form}", start)
            return wanted
        return value

    def _list(self, operator: str) -> frozenset[str]:
        if self.text[self.place] != "[":
            raise self._problem(f"{operator} needs a list in brackets: [one, two]")
        opened = self.place
        items = []
        while True:
            self.place += 1  # the bracket or a comma
            self._skip()
            if self.text[self.place : self.place + 1] in ("]", ","):
                raise self._problem("A value is missing in this list")
            if self.place < len(self.text):
                items.append(self._literal())
                self._skip()
            char = self.text[self.place : self.place + 1]
            if not char:
                raise self._problem("This list is not closed", opened)
            if char == "]":
                self.place += 1
                return frozenset(items)
            if char != ",":
                raise self._problem("Between the values of a list a comma is expected")

    def _literal(self) -> str:
        char = self.text[self.place]
        if char in "'\"":
            return self._quoted(char)
        start = self.place
        word = self._word()
        if word:
            if self.text[self.place : self.place + 1] in tuple(_SIGNS):
                raise self._problem(f"A value that holds {self.text[self.place]} must be in quotes")
            return word
        if char == "[":
            raise self._problem("A list stands only after in and !in", start)
        if char in "()":
            raise self._problem("A value is missing here; parentheses are only for whole expressions", start)
        raise self._problem("A value is expected here; one that holds this sign must be in quotes", start)

    def _quoted(self, quote: str) -> str:
        start = self.place
        end = self.text.find(quote, start + 1)
        if end < 0:
            raise self._problem("This quote is not closed", start)
        self.place = end + 1
        return self.text[start + 1 : end]

    def _pattern(self) -> Any:
        start = self.place
        if self.text[start] in "'\"":
            text, first = self._quoted(self.text[start]), start + 1
        elif self.text[start] == "[":
            message = "A pattern is no list; one that begins with a character class must be in quotes"
            raise self._problem(message, start)
        else:
            text, first = self._bare_pattern(), start
        try:
            pattern = compile_pattern(text)
        except PatternProblem as problem:
            message = f"The pattern {problem.message}"
            place = first + problem.offset
            raise SyntaxProblem(self.text, place, message, beyond_us=problem.beyond_us) from None
        self.steps += pattern.steps
        if self.steps > LARGEST:
            message = f"The patterns repeat too much: {self.steps} steps, {LARGEST} are allowed"
            raise SyntaxProblem(self.text, start, message, beyond_us=True)
        return pattern

    def _bare_pattern(self) -> str:
        start, within = self.place, False
        while self.place < len(self.text):
            char = self.text[self.place]
            if char in _SPACE:
                break
            if char == "\\" and self.text[self.place + 1 : self.place + 2] not in ("", *_SPACE):
                self.place += 2
                continue
            if not within:
                if char == ")" or self.text.startswith(("&&", "||"), self.place):
                    break
                if char == "(":
                    raise self._problem("A pattern that holds parentheses must be in quotes")
            within = char == "[" or (within and char != "]")
            self.place += 1
        if self.place == start:
            raise self._problem("A pattern is missing here")
        return self.text[start : self.place]


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
