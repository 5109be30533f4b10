"""CNNs in two halves: a trunk that gives the maps A, and a head that gives class scores.

cnn.py is the Backbone · heads.py holds the heads for which Eq. 1 has a closed form · cutting.py cuts
any network · zoo.py builds networks by name · stages.py says which layers are trained · inference.py
makes a network ready to look.
"""
