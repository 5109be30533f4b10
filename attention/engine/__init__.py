"""Frames → A → maps, energies and scores: the one way to look."""
