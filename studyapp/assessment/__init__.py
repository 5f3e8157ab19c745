"""What a question is: drawn, asked, marked. Plain Python above the simulators, below everything that has rows."""
