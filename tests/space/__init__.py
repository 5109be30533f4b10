"""The app as a Hugging Face Space: `make space` makes the folder and starts it as a Space would.

folder.py: what is pushed, and its sizes · start.py: user 1000, code that cannot be written, an empty home.
"""
