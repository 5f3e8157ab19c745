"""Simulators of what AWS does: plain functions from one JSON object to another. See `door`."""
