"""Behind sources.py: the layouts people's data sets have, what is wrong with one, and where to get it.

web_layouts.py and video_layouts.py read folders into the records of records.py, pairing.py joins stills
and clips, splitting.py draws fractions; checkup.py looks at every file; fetch.py downloads.
"""
