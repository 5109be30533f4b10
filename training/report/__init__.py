"""What a sweep says, as numbers, tables, charts and words.

known_sweeps.py finds sweeps that ship and those of runs · curves.py makes the numbers behind the
paper's figures, tables.py its tables, verdict.py the first lines, markdown.py RESULTS.md, charts.py
and plot.py the figures · disagreement.py finds clips on which two methods differ, training_log.py
reads what a run wrote · method.py says how the numbers were measured, numbers.py how they are written.
"""
