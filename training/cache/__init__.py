"""What a CNN sees of many files, computed once: views.py up to the trained stage, maps.py all of it."""
