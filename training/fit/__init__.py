"""Training: cnn.py (§4.2, §4.3), energynet.py (§3.4.4) with losses.py and mining.py.

prepared.py prepares a fold for training · card.py describes the trained model.
"""
