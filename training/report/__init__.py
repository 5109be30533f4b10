"""RESULTS.md: markdown.py lays it out, verdict.py writes its first lines, tables.py fills its tables.

method.py says how its numbers were measured, numbers.py how they are written.
"""
