"""The paper's pictures.

overlay.py draws a map over a frame · figures.py draws Figures 2 and 6 · film.py makes the annotated
film · export.py writes all result files · contrast.py selects Figure 6's frames · reread.py reads
frames again · tiles.py, sheet.py and strip.py lay out a page · reel.py writes MP4.
"""
