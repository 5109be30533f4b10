"""The two pages that a class takes home: `python -m training handout FILE.pdf`.

measured.py reads the numbers · picture.py reads the frame and its maps · sheet.py sets text on a page ·
pages.py puts the two pages together.
"""
