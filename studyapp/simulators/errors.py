"""What a simulator raises when it cannot answer."""


class InputError(ValueError):
    """An input that has no answer: which field is wrong, and why.

    `field` is a path such as `instances[2].cpu`, counted from 0, or "input" for the whole of it.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message

    def as_json(self) -> dict[str, dict[str, str]]:
        """Give the answer that stands in for the one that cannot be given."""
        return {"error": {"field": self.field, "message": self.message}}
