"""The cage of a decoding child: it may read the named files, compute, answer, and end; nothing else.

layers.py says which layers this system has, and shuts them · landlock.py denies files, TCP and signals
by what they are · seccomp.py denies system calls by their number, calls.py lists the allowed ones ·
kernel.py makes system calls that Python has no function for.

A layer never opens again: neither this process nor one that it could start can undo it.
"""
