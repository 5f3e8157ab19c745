"""Remarks on an import: what was assumed, and what the question about placement has no place for."""


class Notes(list[str]):
    """Sentences, each of them once."""

    def add(self, text: str) -> None:
        """Add a sentence unless it is there."""
        if text not in self:
            self.append(text)
