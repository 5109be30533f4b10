"""Files as gradio takes them in: what this app has it do otherwise."""

import secrets
from typing import Any, NoReturn

import gradio as gr
from gradio import processing_utils, route_utils

NOT_FETCHED = "This page fetches nothing from elsewhere: upload the file itself."


def take_uploads_only() -> None:
    """From now on each upload has a folder of its own, and no address is fetched in the place of a file."""
    processing_utils.async_ssrf_protected_download = _not_fetched
    processing_utils.save_url_to_cache = processing_utils.ssrf_protected_download = _not_fetched
    route_utils.GradioUploadFile = _Upload


def _not_fetched(*_: object, **__: object) -> NoReturn:
    raise gr.Error(NOT_FETCHED, print_exception=False)


class _Upload(route_utils.GradioUploadFile):  # type: ignore[misc]
    """Lies in a folder named by chance, where gradio would name it by the content.

    Of two visitors who send the same bytes each has a file, and who has a file cannot guess where another
    keeps theirs.
    """

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.sha.update(secrets.token_bytes(32))
