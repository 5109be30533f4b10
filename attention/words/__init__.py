"""Word vectors for V_c (§3.4).

names.py splits a concept's name into words · table.py holds word vectors · files.py reads a user's
own vector files · fisher.py aggregates the words of a name · build.py makes the shipped table.
"""
