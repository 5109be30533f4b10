"""Networks by name, each against its library's own: `python -m tests.zoo`, or `make zoo`.

names.py: every family of torchvision, and a hundred names of timm · cell.py: what is tried of each.
test_zoo.py tries ten of them.
"""
