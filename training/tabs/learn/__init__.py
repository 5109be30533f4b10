"""The Learn tab. room.py places the class room on it."""
