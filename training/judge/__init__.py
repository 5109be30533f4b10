"""Who is right, and how sure that is.

methods.py fits and judges the methods of §4.3, metrics.py measures them · results.py reads a sweep's
tables · bootstrap.py, randomisation.py and power.py say what chance could do, comparison.py compares
two methods · paper.py holds the paper's own numbers.
"""
