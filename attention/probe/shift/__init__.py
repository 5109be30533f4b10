"""The dial between Web images and video: pixel operations on frames uint8 [N,H,W,3], one row each.

A file holds SHIFTS, a tuple of Shift rows (shift.py); registry.py finds them all and applies several in
their order. Every formula is one that a browser can repeat on a canvas within 3 of 255 levels: values are
computed as floats and rounded by ⌊v + ½⌋ to 0 … 255 after each shift (assets/player/shifts.js). Lengths are
in lines, so that a shift means the same for pictures of any size: a line is the shorter side of the frame
÷ 240, the height of a drawn clip.
"""
