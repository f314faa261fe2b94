"""Learns the parameters of the built-in descriptor from generated pictures: `python -m pictrace.training`."""
