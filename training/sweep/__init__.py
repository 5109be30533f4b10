"""Methods × label fractions × folds × seeds: grid.py computes the cells, table.py keeps their rows."""
