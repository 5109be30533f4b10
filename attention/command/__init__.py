"""The terminal: single.py analyses one clip, many.py several, report.py formats an analysis as text.

terminal.py prints progress, errors and results.
"""
