"""Finds faults of a set: checkup.py reads every file, histograms.py finds near-duplicates.

findings.py has the records · advice.py says what to do · kept.py stores check-ups on disk.
"""
