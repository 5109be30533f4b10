"""A clip or a picture → RGB frames with their times.

clip.py holds the records and limits · frames.py reads any file · video.py reads clips, clock.py their times ·
still.py reads pictures, colour.py their colours · sequences/ reads folders of frames and animated pictures ·
gamut.py and hdr.py bring wide gamuts and HDR to usual screens · containers.py opens container files ·
codecs.py lists the decoders that may be used · suffixes.py lists the names of files that are taken.
"""
