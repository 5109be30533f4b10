"""Looking at a clip, as the paper does: frames → A → L → E → verdict → pictures → tabs.

media/ reads a clip, confined/ does so for files that nobody vouches for · networks/ holds CNNs cut in
two, backbone.py loads one · maps.py turns their features A into attention maps L(F,c) (Eq. 1) ·
energy.py and energynet.py turn maps into energies E (Eqs. 2, 4) · verdict.py decides (Eqs. 3, 5) ·
engine/ looks at frames · model/ is a model on disk · pipeline.py is the whole flow, analysis.py its
record, pack.py the record as one file · pictures/ draws it, serving/ and tabs/ put it on a page,
command/ in a terminal. Letters everywhere: N frames, C concepts, K channels, h×w map.
"""
