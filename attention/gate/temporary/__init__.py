"""Temporary files, each of which has one owner: uploads, packs, films and exports.

store.py owns every temporary byte, quotas.py says what goes first · uploads.py lets in what has room,
files.py serves what lies there.
"""
