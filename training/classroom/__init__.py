"""A class room: thirty pupils, one teacher, one code; in memory alone, and for a day at most.

code.py makes the short code that pupils type · tally.py counts answers, drawings and tests · room.py is
one room: who is there, what the teacher has on all screens · rooms.py holds those that are open · records.py
checks what a browser sends · items.py reads the questions of the two tests · export.py writes the CSV ·
routes.py answers HTTP · shipped.py reads who wins in the sweeps that ship.

handout/ makes the two pages that a class takes home.
"""
