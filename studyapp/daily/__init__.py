"""The day's session: what is due, whether card or question. It sits above both."""
