"""The gate of a public page: who comes in, what may be done, and what every answer carries.

hosting.py says whether the page is a public one · secret.py keeps the key that cookies are signed with ·
visitors.py tells visitors apart · classes.py who is in a class room ·
line.py decides who works next.

temporary/ owns every temporary byte: uploads, and what is made of them.
"""
