"""Figures 4 and 5, confusions and training curves.

charts.py says what a chart shows, free of any drawing library · curve_charts.py makes the paper's
figures of it · on_page.py draws them with plotly for the page, printed.py with matplotlib for files.
"""
