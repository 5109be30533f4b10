"""Clips that are pictures in a row: numbered.py reads folders of frames, animation.py animated pictures."""
