"""How fast: `python -m tests.bench` prints one table, every row from works timed in turns.

race.py times works in turns · maps.py: maps and energies against a forward pass · peers.py: the same
maps by other libraries · clip.py: a whole clip, and memory · page.py: the page as it is opened ·
verdicts.py: no timing, but how often a winner is named where there is none. Not run by pytest.
"""
