"""The form of a learner's options."""

import difflib
import zoneinfo
from functools import lru_cache
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from studyapp.accounts.models import User
from studyapp.memory.preferences import Preferences

LONGEST_STEP = 7 * 24 * 60  # minutes


class StepsField(forms.CharField):
    """Learning steps as people write them: `1m 10m 1h`, or plain minutes."""

    UNITS = {"m": 1, "h": 60, "d": 1440}

    def prepare_value(self, value: Any) -> Any:
        return " ".join(f"{minutes}m" for minutes in value) if isinstance(value, (tuple, list)) else value

    def to_python(self, value: Any) -> Any:
        steps = []
        for word in str(value or "").replace(",", " ").split():
            number, unit = (word[:-1], word[-1]) if word[-1:] in self.UNITS else (word, "m")
            if not (number.isascii() and number.isdigit()):
                raise forms.ValidationError(f"“{word}” is not a step: write minutes, as in 1m 10m, or 1h, 1d.")
            steps.append(int(number) * self.UNITS[unit])
        if len(steps) > 10:
            raise forms.ValidationError("At most 10 steps.")
        for minutes in steps:
            if not 1 <= minutes <= LONGEST_STEP:
                raise forms.ValidationError("A step is 1 minute to 7 days.")
        return tuple(steps)


class PreferencesForm(forms.Form):
    """Every option of the daily session, with what it does."""

    new_per_day = forms.IntegerField(
        label="New cards a day", min_value=0, max_value=9999,
        help_text="How many cards you meet for the first time. Each brings about ten reviews later.",
    )  # fmt: skip
    reviews_per_day = forms.IntegerField(
        label="Reviews a day", min_value=0, max_value=9999,
        help_text="At most so many due cards are asked; the rest wait, the longest due first.",
    )  # fmt: skip
    desired_retention = forms.FloatField(
        label="Desired retention", min_value=0.70, max_value=0.97,
        widget=forms.NumberInput(attrs={"step": "0.01"}),
        help_text="The share of reviews you want to remember, 0.70 to 0.97. Higher means shorter intervals "
        "and more work: 0.95 asks about twice as often as 0.90.",
    )  # fmt: skip
    learning_steps = StepsField(
        label="Learning steps", required=False,
        help_text="How soon a new card comes again before it gets its first interval in days, for example 1m 10m.",
    )  # fmt: skip
    relearning_steps = StepsField(
        label="Relearning steps", required=False,
        help_text="The same for a card that you have forgotten, for example 10m.",
    )  # fmt: skip
    learn_ahead = forms.IntegerField(
        label="Learn ahead (minutes)", min_value=0, max_value=1440,
        help_text="When nothing else waits, a learning card may come this much early.",
    )  # fmt: skip
    day_starts_at = forms.IntegerField(
        label="The day starts at (hour)", min_value=0, max_value=23,
        help_text="Study after midnight still counts for the day before, until this hour of your clock.",
    )  # fmt: skip
    bury_siblings = forms.BooleanField(
        label="One card of a fact a day", required=False,
        help_text="The other cards of the same fact wait until tomorrow, so that one does not give the other away.",
    )  # fmt: skip
    leech_threshold = forms.IntegerField(
        label="Leech after (lapses)", min_value=1, max_value=99,
        help_text="A card forgotten this often is marked as a leech and set beside what it is confused with.",
    )  # fmt: skip
    suspend_leeches = forms.BooleanField(
        label="Suspend leeches", required=False, help_text="Put a leech away at once instead of only marking it."
    )
    maximum_interval = forms.IntegerField(
        label="Longest interval (days)", min_value=1, max_value=36500,
        help_text="No card waits longer. For an exam in 60 days, 30 is a good ceiling.",
    )  # fmt: skip
    fuzz = forms.BooleanField(
        label="Spread due days",
        required=False,
        help_text="Moves long intervals by a few per cent, so that cards learned together drift apart.",
    )
    time_zone = forms.CharField(
        label="Time zone", required=False, max_length=64,
        help_text="Decides when your day starts, as in Europe/Berlin. Empty: the site's own.",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        stored = user.preferences if user else Preferences()
        names = Preferences.__dataclass_fields__
        initial = {name: getattr(stored, name) for name in names} | {"time_zone": user.time_zone if user else ""}
        super().__init__(*args, **{"initial": initial, **kwargs})

    def drawn(self) -> SafeString:
        """Draw the fields: anew for a form that came in, else once for the same options."""
        if self.is_bound:
            return render_to_string("components/fields.html", {"form": self})
        return _drawn(tuple(self.initial.items()))

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"].strip().replace(" ", "_")
        known = {zone.casefold(): zone for zone in zoneinfo.available_timezones()}
        if name and name.casefold() not in known:
            near = difflib.get_close_matches(name.casefold(), known, n=1)
            hint = f" Did you mean {known[near[0]]}?" if near else " Write it as in Europe/Berlin."
            raise forms.ValidationError(f"“{name}” is no time zone.{hint}")
        return known.get(name.casefold(), "")

    def save(self, user: User) -> None:
        """Store the options with the learner."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "time_zone"}
        user.preferences_json = Preferences(**values).to_json()
        user.time_zone = self.cleaned_data["time_zone"]
        user.save(update_fields=["preferences_json", "time_zone"])


@lru_cache(maxsize=256)
def _drawn(options: tuple[tuple[str, Any], ...]) -> SafeString:
    return render_to_string("components/fields.html", {"form": PreferencesForm(initial=dict(options))})
