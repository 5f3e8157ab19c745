"""The learner's front page."""
