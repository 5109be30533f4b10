"""The terminal: single.py analyses one clip, many.py several, which places.py finds · report.py formats an
analysis as text · imports.py: weights trained elsewhere become a model folder.

terminal.py prints progress, errors and results.
"""
