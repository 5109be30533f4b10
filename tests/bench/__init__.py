"""How fast: `python -m tests.bench` prints one table, every row from works timed in turns.

race.py times works in turns · engine.py: energies against a forward pass · peers.py: the same
maps by other libraries · clip.py: a whole clip, and memory · gpu.py: the engine on a GPU · page.py: the
page as it is opened · dial.py: the dial, turned by several people at once · slider.py: a slider of it that
moves · caged.py: what the decoder's cage costs, and that it changes nothing. Not timed: exact.py: how exact
maps are · verdicts.py: how often a winner is named where there is none.
"""
