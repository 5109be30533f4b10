"""The questions that are offered. One file each; registry.py finds them all.

A file holds PROBES, a tuple of Probe rows (probe.py). What --help reads must come without torch: a file
imports what it computes with where it is used.
"""
