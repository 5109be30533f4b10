"""What is wrong with a set: checkup.py looks at every file, advice.py and histograms.py say what it means.

kept.py keeps a check-up on disk.
"""
