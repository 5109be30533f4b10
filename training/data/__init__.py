"""Data sets: stills and clips with labels, recordings, folds and label fractions.

sources.py opens a folder, layouts/ knows the published ones · records.py and recordings.py say what it
holds, pairing.py joins stills and clips, splitting.py draws fractions · sets.py lists the sets of this
installation · pictures.py and thumbnails.py read files in a confined child · checks/ finds what is
wrong, archive/ takes in zips, fetching/ downloads.
"""
