"""What a zip of one's own must look like: a picture of its tree, and its limits in one line."""

from attention.disk.room import size_text
from training.data.archive.zips import ZipLimits

TREE = (
    ("", "hugs and kisses.zip", ""),
    ("├─ ", "web/", "stills from the Web"),
    ("│  ├─ ", "Hug/", "a folder per class: a.jpg …"),
    ("│  └─ ", "Kiss/", "at least two classes"),
    ("├─ ", "video/", "clips of the same classes"),
    ("│  ├─ ", "Hug/", "a.mp4, b.mov …, two or more"),
    ("│  └─ ", "Kiss/", ""),
    ("└─ ", "splits.csv", "optional"),
)


def zip_help(limits: ZipLimits) -> str:
    """The help beside the upload."""
    lines = "\n".join(
        f"<span class='branch'>{branch}</span><b>{name}</b>" + (f"  <i>{said}</i>" if said else "")
        for branch, name, said in TREE
    )
    return (
        f"<pre class='tree' aria-label='The folders of a zip'>{lines}</pre>"
        "<p class='hint'>Both folders may lie inside another one. Without "
        "<code>splits.csv</code> (a line per clip, such as <code>Hug/a.mp4,train</code>, with train, "
        "dev or test) half of each class trains and half tests. Clips of one recording stay on "
        "one side where recordings are named: <code>a_g01_c02.mp4</code>, or a column <code>group</code> in "
        "the table. Up to "
        f"{limits.files:,} files and {size_text(limits.total)} unpacked; stills up to "
        f"{size_text(limits.still)}, clips up to {size_text(limits.clip)} each. Other kinds of files are "
        "left out. Everybody who opens this page sees the sets added to it, and can remove them.</p>"
    )
