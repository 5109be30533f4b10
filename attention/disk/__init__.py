"""Files: home.py says where they are, whole.py writes them whole, bin.py keeps what was removed, room.py
checks the free space.

process.py says whether the process that left something still lives.
"""
