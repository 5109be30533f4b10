"""What a browser is told about every answer: no other host, no sniffing, who may frame the page."""

from attention.gate.hosting import Hosting

# gradio's page starts by inline scripts, its HTML components by functions made from text; both are the app's
# own words. Pictures and films are made in the page (blob:, data:). No other host is named.
SOURCES = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
    "worker-src": "'self' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}


def headers(hosting: Hosting) -> dict[str, str]:
    """The headers of every answer, by name."""
    framed_by = " ".join(("'self'", *hosting.framed_by))
    policy = "; ".join(f"{name} {value}" for name, value in SOURCES.items())
    return {
        "content-security-policy": f"{policy}; frame-ancestors {framed_by}",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    }
