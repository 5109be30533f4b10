"""The folder layouts of published data sets.

web.py reads stills, video.py, published.py and split_table.py read clips.
"""
