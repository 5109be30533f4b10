"""The tabs that look at a clip: heatmaps.py (where each concept is seen) and compare.py (all methods)."""
