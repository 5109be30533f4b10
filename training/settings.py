"""The constants of the experiments, each with its section of the paper."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A frozen record: its values cannot change, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Data(Frozen):
    """The data (§4.1), its label fractions (§4.5), and how copies are found among the stills."""

    frame_step: int = 5  # §4.5: one frame in five, for training and test
    label_fractions: tuple[float, ...] = (0.05, 0.10, 0.20, 0.33, 0.50, 1.00)  # §4.5, Figure 5

    # §4.1.1 removes duplicates "by comparing their color histogram" and says no more. Ours: 8 levels
    # of each colour in each cell of a 3×3 grid, compared by Bhattacharyya's coefficient. Measured on
    # 686 real stills: copies (JPEG quality 40, scaled by 0.4 to 0.8, 3 % cropped) are above 0.975 with
    # few exceptions; pairs of distinct colour stills are below 0.86, pairs of grey or white-framed
    # stills below 0.967.
    histogram_levels: int = 8
    histogram_grid: int = 3
    twin_similarity: float = 0.97

    # Ours, of copies across classes, splits and halves: signs of 255 frequencies. Measured on 758 real
    # stills, 2,832 frames of 253 real clips and the drawn set: 20 million pairs of other pictures are below
    # 0.59, copies (JPEG quality 40, scaled by 0.4, 5 % cropped, mirrored, grey, brighter) above 0.72.
    copy_similarity: float = 0.65

    validation_share: float = 0.30  # of the stills, §4.2


DATA = Data()
