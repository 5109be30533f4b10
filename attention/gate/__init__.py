"""The gate of a public page: who comes in, what may be done, and what every answer carries.

hosting.py says whether the page is a public one · secret.py keeps the key that cookies are signed with ·
visitors.py tells visitors apart · headers.py names what a browser may do with the page · rate.py counts
requests · door.py puts these around the whole app · admission.py says how much of each kind of work one
may ask for · line.py decides who works next.
"""
