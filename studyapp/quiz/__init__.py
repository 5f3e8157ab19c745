"""Questions and attempts: practice, tests, and what the answers tell of the learner's wrong ideas."""
