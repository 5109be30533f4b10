"""Wrong input on purpose, the same for the same seed: `python -m tests.fuzz`."""
