"""Layouts of data sets: each published one a file with LAYOUTS, found by registry.py.

own.py reads a person's own folders, split_table.py their splits.csv; stills.py and official.py hold what
published layouts share.
"""
