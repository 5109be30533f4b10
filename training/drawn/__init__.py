"""The drawn world: people who shake hands, high-five, hug and kiss, in numpy and OpenCV.

seeds.py names the four concepts and deals out random numbers · person.py and outfit.py say who is
there · meeting.py and plan.py say how the two meet, interactions.py what they do, timeline.py when ·
pose.py bends their joints · torso.py, limbs.py, hand.py, head.py, hair.py and clothes.py turn joints
into surfaces (surface.py), body.py gathers them · camera.py, framing.py and raster.py put surfaces
into a depth buffer, light.py shades it over a backdrop (backdrop.py, indoors.py, outdoors.py,
texture.py), picture.py joins them · shift.py holds the knobs between Web image and TV, footage.py and
occlusion.py apply them to frames · still.py and clip.py draw one item, video.py writes a clip ·
dataset.py writes the whole set, sheet.py a contact sheet. Same seed, same picture.
"""
