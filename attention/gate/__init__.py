"""The gate of a public page: who comes in, what may be done, and what every answer carries.

hosting.py says whether the page is a public one · secret.py keeps the key that cookies are signed with ·
visitors.py tells visitors apart · classes.py who is in a class room ·
owners.py says whose a set or a run is and who may change it, quotas.py how much one may have · headers.py names what a browser may do with the page · rate.py counts requests ·
door.py puts these around the whole app · admission.py says how much of each kind of work one may ask for ·
line.py decides who works next.

temporary/ owns every temporary byte: uploads, and what is made of them.
"""
