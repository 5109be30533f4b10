"""The Learn tab: a lesson of eight steps that drive the real player on the clips that ship.

steps.py reads the words of the steps, facts.py the numbers in them, figures.py makes their still pictures and
tables, distances.py what the triplet loss compares; dial.py asks the network about a shifted clip; tab.py
places the lesson on the page, room.py the class room, and assets/lesson/ plays it.
"""
