"""RESULTS.md: markdown.py lays it out, tables.py fills its tables, verdict.py writes its first line."""
