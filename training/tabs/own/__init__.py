"""Your own concepts: block.py is where they are, events.py what they do, routes.py is for the script."""
