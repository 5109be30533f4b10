"""What the page says of one's own concepts; what its script says stands in assets/own/words.js."""

TITLE = "Your own concepts in two minutes"
ABOUT = (
    "Fill a box for each thing you want told apart: drop or paste stills, or hold the camera button. Press "
    "**Learn**, then try it on a clip of yours, or live. Short clips dropped into a box are labelled clips: "
    "the methods that need them then appear as well."
)
CLIP = "A clip or picture to try it on"
NO_CLIP = "Once it has learnt, drop a clip here or film one: the map of every concept then appears."
KEEP = "Keep it, or remove what you kept"
NAME = "Name"
CAMERA_TOO = "Keep what my camera recorded, too"
CAMERA_INFO = "Only you see what is kept, until you remove it or share it yourself."
KEEP_MODEL = "Keep as a model"
KEEP_SET = "Keep as a set"
KEPT = "Models you kept"
REMOVE = "Remove it"
KEPT_MODEL = "“{}” is kept as a model: choose it under Heatmaps."
KEPT_SET = "“{}” is kept as a set: it stands under Data and Train."
REMOVED = "“{}” is removed; it lies in the bin for a day."
LEARNING = "Reading your stills"
FORGOTTEN = "Everything is deleted."
RIGHT = (
    "It knows <b>{accuracy:.0f} %</b> of {stills} held-out stills (95 % interval {low:.0f} to {high:.0f} %; "
    "chance is {chance:.0f} %). Each still was judged by a head that had not learned from it; clips are "
    "another matter."
)
NO_ACCURACY = (
    "How good it is cannot be measured: {} has a single still, which cannot be held out: add more."
)
METHODS = "With the labelled clips, these answer as well: {}."
NO_METHODS = "Labelled clips of two concepts would add: {}."
LEARNT = "Learnt in {:.1f} s"
COUNTED = "{name}: {stills}, {clips}"
FAULT = "This did not work, by a fault of this app: press Learn again."
