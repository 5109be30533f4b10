"""Word vectors for V_c (§3.4): names.py splits a concept's name into words, table.py holds their vectors,

files.py reads tables that people have, fisher.py aggregates the words of a name, build.py makes the
small table that ships.
"""
