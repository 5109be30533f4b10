"""Archives: caged.py has a stranger's zip read in a child, zips.py lists it, upload.py plans the set.

unpack.py unpacks downloads, and writes.
"""
