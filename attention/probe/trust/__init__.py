"""Whether a map is to be believed: standard measures, by their standard names.

curves.py: deletion and insertion, in space and in time · ranks.py: how alike two maps are (Spearman, SSIM) ·
randomised.py: maps of a network whose weights are drawn anew, layer by layer · occlusion.py: what each cell
is worth to the score · removed.py: without the attended window · truth.py: maps and energies against true
boxes and intervals.
"""
