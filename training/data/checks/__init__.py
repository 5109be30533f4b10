"""Finds faults of a set: checkup.py reads every file, histograms.py finds near-duplicates in a class,
copies.py copies elsewhere by hashes.py, giveaways.py sources that tell the class.

findings.py has the records · advice.py says what to do · lines.py prints it as JSON lines · kept.py stores
check-ups on disk.
"""
