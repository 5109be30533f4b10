"""Looking: x → A → scores, L, energies and windows of a network, by whatever computes them fastest here.

choosing.engine_of(backbone) gives the Engine. On a CPU it is OpenVINO (graph.py: the network as its graph,
compiled.py: that graph at work), on a GPU, and for what OpenVINO cannot take, torch (eager.py). devices.py:
where to compute, ahead.py: the next frames are read meanwhile, seen.py: the record of what was seen.
"""
