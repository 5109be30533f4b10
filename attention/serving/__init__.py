"""Who looks at what, and when: the page's work without its widgets.

samples.py lists the clips that ship, offered.py the models · turns.py decides whose turn it is ·
looking.py runs a look, workroom.py keeps its files, shelf.py keeps the looks at the samples.
"""
