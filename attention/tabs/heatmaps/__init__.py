"""The Heatmaps tab: where each concept is seen. elements.py, events.py and exports.py, joined in tab.py."""
