"""The tabs that learn from data, a folder each, and what they share."""
