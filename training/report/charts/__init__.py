"""Figures 4 and 5, confusions and training curves.

chart.py says what a chart holds, free of any drawing library · curve_charts.py makes the paper's
figures of it · page.py draws them with plotly, printed.py with matplotlib.
"""
