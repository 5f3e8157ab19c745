"""The workshop: labs that share one form, one page and one way of predicting and comparing.

A lab is a declaration (`benches`): the simulator families it plays with, their fields, examples, and a drawing.
Its whole state is its address: every field is a parameter by its own name.
"""
