"""Data sets: stills and clips with labels, recordings, folds and label fractions.

sources.py opens a folder · layouts/ reads the published layouts · records.py has the records ·
recordings.py keeps recordings together · pairing.py joins stills and clips · splitting.py splits and
draws fractions · sets.py names the sets that a visitor may see · own_sets.py adds, changes and removes
them · pictures.py and thumbnails.py read files in a confined child · checks/ finds faults · archive/
unpacks archives · fetching/ downloads.
"""
