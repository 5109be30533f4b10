"""Files: home.py says where they lie, whole.py writes them whole, room.py asks whether there is space."""
