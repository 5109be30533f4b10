"""Finds faults of a set: checkup.py reads every file, histograms.py finds near-duplicates.

findings.py has the records · advice.py says what to do · lines.py prints it as JSON lines · kept.py stores
check-ups on disk.
"""
