"""Questions to a clip: what would the methods say if it were darker, or if this were hidden? Is the map true?

held.py: frames at hand, looked at again as a clip · shift/: the dial, pixel operations with named levels ·
hide.py: boxes that are covered · change.py: both, as a person asks for them · subject.py: one concept of
some frames, as one CNN sees it · maps/: other map methods, at any layer · trust/: what tells whether a map
is to be believed · known/: one file each, the probes that the terminal and the page offer; asking.py puts
them to a clip · averages.py: what they say over many clips.
"""
