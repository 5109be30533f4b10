"""The tabs that look at a clip, and what they share: player.py, cards.py, endpoints.py, faults.py.

health.py says whether the app is well.
"""
