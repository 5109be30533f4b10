"""Reads untrusted files in a child process without access to anything else.

process.py starts a child for one clip · batch.py starts one for many files · cage/ is what the child
sits in · protocol.py checks the child's answers.
"""
