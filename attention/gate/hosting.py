"""Whether this page is a public one, and who may reach it."""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from attention.errors import InputError

YES = {"1", "true", "yes", "on"}
TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HUGGINGFACE_TOKEN", "HF_API_TOKEN")


@dataclass(frozen=True)
class Hosting:
    """How the page is served.

    public: strangers can reach it · hosts: the names it answers to, any when empty · framed_by: the sites
    that may show it in a frame · programs: whether other programs may start a training, and whether
    there is an MCP server · proxied: whether the address that a proxy writes down is believed.
    """

    public: bool = False
    hosts: tuple[str, ...] = ()
    framed_by: tuple[str, ...] = ()
    programs: bool = True

    @property
    def proxied(self) -> bool:
        """A public page stands behind the proxy of its host; anywhere else the header can be forged."""
        return self.public


def hosting() -> Hosting:
    """As ATTENTION_HOSTED says, else public on Hugging Face Spaces; hosts from ATTENTION_HOSTS.

    ATTENTION_PROGRAMS=1 lets other programs start a training on a public page.
    """
    said = os.environ.get("ATTENTION_HOSTED", "").strip().lower()
    on_spaces = "SPACE_ID" in os.environ
    public = said in YES if said else on_spaces
    if not public:
        return Hosting()
    named = os.environ.get("ATTENTION_HOSTS", "").replace(",", " ").split()
    hosts = [_host(name) for name in [*named, os.environ.get("SPACE_HOST", "")] if name.strip()]
    programs = os.environ.get("ATTENTION_PROGRAMS", "").strip().lower() in YES
    framed_by = ("https://huggingface.co",) if on_spaces else ()
    return Hosting(True, tuple(dict.fromkeys(hosts)), framed_by, programs)


def sign_in() -> list[tuple[str, str]] | None:
    """Names and passwords of ATTENTION_SIGN_IN, "ann:secret bob:other"; None where nobody has to sign in.

    Raises InputError for an entry without a colon: a page that was to be closed must not open.
    """
    given = os.environ.get("ATTENTION_SIGN_IN", "").split()
    pairs = [(name, password) for name, _, password in (entry.partition(":") for entry in given)]
    if not all(name and password for name, password in pairs):
        raise InputError(
            "ATTENTION_SIGN_IN must be names and passwords, such as ann:secret bob:other."
        )
    return pairs or None


def forget_tokens() -> list[str]:
    """Takes access tokens of the host out of the environment; their names. Nothing here needs them."""
    return [name for name in TOKENS if os.environ.pop(name, None)]


def _host(name: str) -> str:
    """The name alone: "https://a.example:7860/x" is "a.example"."""
    return (urlsplit(name if "//" in name else f"//{name}").hostname or name).lower()
