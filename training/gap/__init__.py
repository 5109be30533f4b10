"""The gap between Web stills and video frames, as a picture and as numbers.

sample.py draws as many stills as frames · vectors.py says what a picture is to a CNN, spaces.py looks ·
domain.py how well a linear classifier tells the two apart, discrepancy.py how far apart they lie · plane.py
lays them out in two dimensions, sheet.py keeps them small · measuring.py does all of it, record.py holds
it, kept.py finds it again · chart.py draws it.
"""
