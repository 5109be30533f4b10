"""A clip or a picture → RGB frames with their times.

clip.py holds the records and limits · frames.py reads any file · video.py and still.py read the two
kinds · containers.py says which files clips come in.
"""
