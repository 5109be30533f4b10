"""The Train tab: start a run and watch it."""
