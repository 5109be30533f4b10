"""Visitors: told apart by a signed cookie, or by a token where cookies are refused."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from attention.gate.secret import admin_token, is_signature, sign

COOKIE = "attention_visitor"
ADMIN_COOKIE = "attention_admin"
HEADER = "x-attention-visitor"  # carries the token of a browser without cookies, or of a program
KEPT = 180 * 24 * 3600  # seconds


@dataclass(frozen=True)
class Visitor:
    """Who asks: an id that only this page gives out, the network address, and whether they run the page.

    The id of who came without a cookie and without a token is empty: such visitors are told apart, and
    own what they make, by their address alone.
    """

    id: str = ""
    address: str = ""
    is_admin: bool = False

    @property
    def name(self) -> str:
        """What they are counted by: the id, else the address."""
        return self.id or f"at {self.address}"


OPERATOR = Visitor(is_admin=True)
PAGE = Visitor(id="the page")  # no visitor's id: what the page holds before anybody asks
_asking: ContextVar[Visitor] = ContextVar("_asking", default=OPERATOR)


def asking() -> Visitor:
    """Whom this is done for: the visitor of the request or event; in a terminal the operator."""
    return _asking.get()


@contextmanager
def asked_by(visitor: Visitor) -> Iterator[None]:
    """What is done within is done for this visitor; a thread begun within needs a copy of the context."""
    before = _asking.set(visitor)
    try:
        yield
    finally:
        _asking.reset(before)


def new_id() -> str:
    """An id that nobody had before."""
    return secrets.token_urlsafe(12)


def token_of(visitor_id: str) -> str:
    """The id with its signature: what the cookie holds."""
    return f"{visitor_id}.{sign(visitor_id)}"


def id_of(token: str) -> str:
    """The id that a token was made for; empty for one that this page did not sign."""
    visitor_id, _, signature = token.partition(".")
    return visitor_id if visitor_id and is_signature(visitor_id, signature) else ""


def visitor_of(headers: Mapping[str, str], address: str, proxied: bool) -> Visitor:
    """Who sent a request. headers: with names in lower case · address: the peer's.

    proxied: the peer is a proxy of ours; what it added to X-Forwarded-For, the last entry, is the address.
    """
    if proxied and (forwarded := headers.get("x-forwarded-for", "")):
        address = forwarded.rsplit(",", 1)[-1].strip() or address
    cookies = _cookies(headers.get("cookie", ""))
    known = id_of(cookies.get(COOKIE, "")) or id_of(headers.get(HEADER, ""))
    is_admin = secrets.compare_digest(
        cookies.get(ADMIN_COOKIE, "").encode(), admin_token().encode()
    )
    return Visitor(known, address, is_admin)


def cookie(name: str, value: str, framed: bool) -> str:
    """A Set-Cookie header that scripts cannot read; framed: sent also inside another site's frame."""
    rules = "SameSite=None; Secure; Partitioned" if framed else "SameSite=Lax"
    return f"{name}={value}; Path=/; Max-Age={KEPT}; HttpOnly; {rules}"


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}
