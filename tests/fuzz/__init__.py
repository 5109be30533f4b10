"""Files with damage of every kind, and what the app says of them: `python -m tests.fuzz`.

mutation.py: a file and a number → a damaged file, always the same · seeds.py: a small clip or still for each
container and codec · media.py: damaged media, decoded as uploads are · records.py: damaged zips, splits.csv,
runs and models · tally.py: what was tried, and every fault. endpoints.py: every event of
the page called with wrong types. test_fuzz.py replays a few of them.
"""
