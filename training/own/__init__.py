"""A person's own concepts: what one page's visitor brings, learned from in seconds, and forgotten.

session.py holds what was brought, sessions.py everybody's, until they leave · reading.py: stills and clips
→ features, decoded in the cage · model.py: a head as a model · learning.py: what is learned, sentences.py:
what is said of what is not · looking.py: a clip, or a camera's frames, seen by it · keeping.py: as a set and
a model · ready.py: what the first learning would wait for.
"""
