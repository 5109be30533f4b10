"""Frames → A → maps, energies and scores: the one way to look.

choosing.py gives a network its Engine: OpenVINO on a CPU (openvino.py; graph.py makes a graph of the
network, compiled.py runs it), torch on a GPU and for what OpenVINO cannot take (eager.py), or on a GPU that
is lent for a call (zerogpu.py) · wide.py: that of whole frames · look.py: one CNN of a model looks at a
clip · overlap.py: the next frames are read meanwhile · devices.py: where to compute · seen.py: what was
seen, backend.py: what every backend offers.
"""
