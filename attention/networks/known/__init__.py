"""The networks that are known by name. One file a family; registry.py finds them all.

A file holds NETWORKS, a tuple of Network rows (network.py). Any other torchvision or timm CNN loads too:
it is cut at its last maps, and of it the head alone is trained.
"""
