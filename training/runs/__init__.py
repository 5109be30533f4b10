"""Runs: training as folders and processes of their own, which outlive the tab and the server.

records.py says what a run is (Spec) and how it stands (Status) · folder.py keeps both on disk ·
queue.py starts, orders, cancels and resumes runs · work.py is what a run's process does.
"""
