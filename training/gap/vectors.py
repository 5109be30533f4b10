"""What a picture is to a CNN: three vectors."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

# features: the mean of A over the map, K numbers, what the last layer is given (§3.1)
# energies: Eq. 2's window energy of every concept, C numbers: what attention decides by (Eq. 3). Raw, as they
#   are compared between concepts; where the window lies is not in them, which the framing of a film changes
# scores: the class scores, C numbers as well: what the energies' small number of dimensions does by itself
Space = Literal["features", "energies", "scores"]
SPACES: tuple[Space, ...] = ("features", "energies", "scores")
Vectors = NDArray[np.float32]  # [n,d], a picture a row
Flags = NDArray[np.bool_]  # [n], which pictures are frames
Groups = NDArray[np.int64]  # [n], the recording or still that a picture comes from
