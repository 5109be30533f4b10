"""Other ways from feature maps to an attention map, at any layer of a CNN.

map_method.py: what a way is · cams.py: the rows, registry.py: all of them · layers.py: which layers have
maps, and A and its gradients there · mapped.py: maps of frames by a method at a layer. The paper's methods
use Grad-CAM at the last maps, and nothing else (attention/maps.py).
"""
