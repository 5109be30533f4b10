"""Looking at a clip, as the paper does: frames → A → L → E → verdict → pictures → tabs.

frames.py reads a clip · backbone.py turns frames into feature maps A and class scores · maps.py turns
A into attention maps L(F,c) (Eq. 1) · energy.py and energynet.py turn maps into energies E (Eqs. 2, 4)
· verdict.py turns energies and scores into a verdict (Eqs. 3, 5) · pipeline.py is the whole flow ·
pictures/ draws it · tabs/ shows it. Letters everywhere: N frames, C concepts, K channels, h×w map.
"""
