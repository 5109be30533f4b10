"""Training: cnn.py (§4.2, §4.3), energynet.py (§3.4.4) with losses.py and mining.py.

prepared.py makes a fold ready to learn from · card.py describes the model that comes of it.
"""
