"""What sweeps have found: read back, measured on bootstrap samples, beside the paper's own numbers.

sweep_results.py reads a sweep's tables, known_sweeps.py finds those that ship and those of runs,
training_log.py what a run said while it trained · paper_numbers.py holds the numbers the paper prints ·
bootstrap.py and comparison.py measure curves and their differences, randomisation.py asks whether
chance could make them, power.py how many clips it takes · disagreement.py finds the clips on which two
methods part.
"""
