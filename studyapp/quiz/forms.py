"""What learners choose of a quiz."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from studyapp.assessment.questions import KINDS
from studyapp.assessment.rating import Certainty
from studyapp.notes.models import Topic
from studyapp.quiz.choosing import MOST, Choices
from studyapp.quiz.models import Mode

WHICH = {"all": "All questions", "missed": "Only those I missed last time"}


class QuizForm(forms.Form):
    """A quiz to be begun: everything has a sensible default."""

    topics = forms.MultipleChoiceField(required=False)
    kinds = forms.MultipleChoiceField(choices=[(name, kind.words) for name, kind in KINDS.items()], required=False)
    number = forms.IntegerField(min_value=1, max_value=MOST, initial=10)
    mode = forms.ChoiceField(choices=Mode.choices, initial=Mode.PRACTICE)
    which = forms.ChoiceField(choices=list(WHICH.items()), initial="all")
    certainty = forms.BooleanField(required=False)
    question = forms.CharField(required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taught = Topic.objects.taught().filter(items__question__isnull=False, items__retired=False).distinct()
        self.topic_rows = list(taught.values_list("key", "title", "depth"))
        field = self.fields["topics"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(key, title) for key, title, _ in self.topic_rows]

    @classmethod
    def of(cls, query: QueryDict) -> "QuizForm":
        """Give the form as an address fills it in: `?topic=ecr` chooses that topic."""
        form = cls()
        form.initial = {
            "topics": query.getlist("topic"),
            "number": query.get("number", 10),
            "mode": query.get("mode", Mode.PRACTICE),
            "which": query.get("which", "all"),
        }
        return form

    def choices(self) -> Choices:
        """Give what was chosen, of a valid form."""
        values = self.cleaned_data
        return Choices(
            topics=tuple(values["topics"]), kinds=tuple(values["kinds"]), number=values["number"], mode=values["mode"],
            certainty=values["certainty"], missed=values["which"] == "missed", question=values["question"],
        )  # fmt: skip

    def drawn(self) -> dict[str, Any]:
        """Give what the template needs of each field: its value now, and what is wrong with it."""
        chosen: Mapping[str, Any] = self.data if self.is_bound else self.initial

        def several(name: str) -> list[str]:
            if isinstance(chosen, QueryDict):
                return chosen.getlist(name)
            return list(chosen.get(name, ()))

        topics, kinds = several("topics"), several("kinds")
        return {
            "topics": [(key, title, depth, key in topics) for key, title, depth in self.topic_rows],
            "kinds": [(name, kind.words, name in kinds) for name, kind in KINDS.items()],
            "number": chosen.get("number", 10),
            "mode": chosen.get("mode", Mode.PRACTICE),
            "modes": Mode.choices,
            "which": chosen.get("which", "all"),
            "whiches": list(WHICH.items()),
            "certainty": bool(chosen.get("certainty")),
            "most": MOST,
        }


def answers_of(sent: QueryDict) -> list[str]:
    """Give what a question's form sends: fields named `answer`, or `answer.GROUP` where there are several choices."""
    return [value for name in sent if name.partition(".")[0] == "answer" for value in sent.getlist(name)]


def certainty_of(sent: QueryDict) -> int | None:
    """Give how sure the learner was, if the form says so."""
    value = sent.get("certainty", "")
    return int(value) if value in {str(int(each)) for each in Certainty} else None
