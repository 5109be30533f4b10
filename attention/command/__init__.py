"""The terminal: single.py looks at one clip, many.py at many, report.py says what was seen.

terminal.py prints progress, errors and results.
"""
