"""Untrusted files, read in a child process that can reach nothing.

process.py starts a child for one clip, batch.py one for many files · protocol.py checks what a child
answers.
"""
