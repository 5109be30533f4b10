"""The tabs that learn from data: data.py (sets, their pictures and check-ups), and those that train."""
