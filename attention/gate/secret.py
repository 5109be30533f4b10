"""The key that cookies are signed with, and the operator's token that follows from it."""

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from attention.disk.home import home

LENGTH = 32  # bytes
NAME = "secret"


def key() -> bytes:
    """The key of this home; made at the first call. One for this process alone where none can be kept."""
    return _key(home() / NAME)


def is_kept() -> bool:
    """Whether the key lies in this home, and so is the same at the next start."""
    key()
    return (home() / NAME).exists()


def sign(text: str) -> str:
    """The signature of a text: 32 hexadecimal digits of its HMAC."""
    return hmac.new(key(), text.encode(), hashlib.sha256).hexdigest()[:32]


def is_signature(text: str, signature: str) -> bool:
    """Whether a signature is that of a text; it takes as long for a wrong one."""
    return hmac.compare_digest(sign(text).encode(), signature.encode())


def admin_token() -> str:
    """What the operator of the page shows to be known as such: ATTENTION_ADMIN, else one of this home."""
    return os.environ.get("ATTENTION_ADMIN") or sign("the operator of this page")


@lru_cache(maxsize=8)
def _key(path: Path) -> bytes:
    try:
        return _kept(path)
    except OSError:
        return secrets.token_bytes(LENGTH)  # a home that cannot be written to


def _kept(path: Path) -> bytes:
    """The key in a file that its owner alone may read; of two processes that make it, one does."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(LENGTH))
            try:
                os.link(partial, path)  # fails where another was quicker
            except FileExistsError:
                pass
            except OSError:  # a disk without hard links
                os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    kept = path.read_bytes()
    if len(kept) != LENGTH:
        raise OSError(f"{path} is no key")
    return kept
