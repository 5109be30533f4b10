"""Runs: each training run has its own folder and process, which outlive the tab and the server.

records.py defines a run's settings (Spec) and state (Status) · folder.py stores both on disk · queue.py
starts, orders, cancels and resumes runs · quota.py says how many one visitor may have · work.py is the
program of a run's process.
"""
