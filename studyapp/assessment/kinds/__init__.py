"""The kinds of questions, a module for each shape."""
