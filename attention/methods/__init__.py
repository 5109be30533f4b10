"""Methods: from what a CNN saw of a clip to a verdict. One file each; registry.py finds them all.

A file holds METHODS, a tuple of Method rows (method.py). Whatever lists methods, from the cards to the
curves, reads these rows: to add one, add a file.
"""
