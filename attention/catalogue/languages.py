"""Languages of the page: which there are, and which one a browser asks for."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie

LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español"}
USUAL = "en"  # complete; what another language lacks is said in it
COOKIE = "attention_language"  # what was chosen, by the menu or in an address
HEADER = "x-attention-language"  # the same, from a browser without cookies

_ENTRY = re.compile(r"\s*([A-Za-z]{2,3})[-\w]*\s*(?:;\s*q\s*=\s*([\d.]+))?\s*")
_speaking: ContextVar[str] = ContextVar("_speaking", default=USUAL)


def speaking() -> str:
    """The language of what is done now: that of the browser that asked; in a terminal English."""
    return _speaking.get()


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """What is said within is said in this language, one of LANGUAGES."""
    before = _speaking.set(language)
    try:
        yield
    finally:
        _speaking.reset(before)


def language_of(headers: Mapping[str, str]) -> str:
    """The language a request asks for: what was chosen, else the first of the browser's own we speak.

    headers: with names in lower case.
    """
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        cookies = SimpleCookie()
    chosen = cookies[COOKIE].value if COOKIE in cookies else headers.get(HEADER, "")
    wanted = [chosen, *_accepted(headers.get("accept-language", ""))]
    return next((language for language in wanted if language in LANGUAGES), USUAL)


def _accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, most wanted first."""
    entries = [_ENTRY.fullmatch(entry) for entry in header.split(",")]
    wanted = [(entry[1].lower(), _weight(entry[2])) for entry in entries if entry]
    return [name for name, weight in sorted(wanted, key=lambda one: -one[1]) if weight > 0]


def _weight(written: str | None) -> float:
    try:
        return float(written) if written else 1.0
    except ValueError:
        return 0.0
