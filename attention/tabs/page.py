"""The page as gradio serves it: an event is done for its visitor, in their language, or refused."""

import logging
from errno import ENAMETOOLONG
from typing import Any

import gradio as gr

from attention.catalogue.languages import spoken
from attention.errors import InputError, disk_fault_sentence, short
from attention.gate.visitors import asked_by
from attention.tabs.visiting import language_behind, visitor_behind

OTHER_VALUES = "This takes other values than were sent: reload the page and try again."
FAULT = "This did not work, by a fault of this app: reload the page and try again."
LONGEST = 400  # characters of a refusal: gradio's own repeat what was given

_log = logging.getLogger(__name__)


class Page(gr.Blocks):  # type: ignore[misc]
    """Blocks whose events, private ones too, are done for the visitor who asks.

    What an event cannot take or do is answered by one sentence, and by a line in the log.
    """

    async def process_api(
        self,
        block_fn: Any,
        inputs: list[Any],
        state: Any = None,
        request: Any = None,
        *rest: Any,
        **more: Any,
    ) -> dict[str, Any]:
        """Handles an event, or the next step of one, for the visitor behind its request."""
        first = request[0] if isinstance(request, list) and request else request
        name = getattr(block_fn, "api_name", None) or getattr(block_fn, "name", None) or block_fn
        with asked_by(visitor_behind(first)), spoken(language_behind(first)):
            try:
                return await super().process_api(block_fn, inputs, state, request, *rest, **more)
            except gr.Error as error:
                raise _refusal(name, str(error.message)) from None
            except InputError as error:
                raise _refusal(name, str(error)) from None
            except Exception as error:
                if isinstance(error, OSError) and error.errno == ENAMETOOLONG:
                    # gradio looks for files in all that comes with an event; names of our own are short
                    raise _refusal(name, OTHER_VALUES) from None
                if sentence := disk_fault_sentence(error):
                    raise _refusal(name, sentence) from None
                _log.exception("%s failed", short(name))
                raise gr.Error(FAULT, print_exception=False) from None

    async def preprocess_data(self, block_fn: Any, *given: Any, **more: Any) -> list[Any]:
        """What an event is given, as its function takes it. InputError for what it cannot take."""
        try:
            values: list[Any] = await super().preprocess_data(block_fn, *given, **more)
        except (gr.Error, InputError):
            raise
        except Exception as error:
            raise InputError(OTHER_VALUES) from error
        if any(map(_several_of_one, block_fn.inputs, values)):
            raise InputError(OTHER_VALUES)
        return values


def _several_of_one(component: Any, value: Any) -> bool:
    """Whether a list came where one thing is to be chosen, which gradio lets pass."""
    return (
        isinstance(component, gr.Dropdown)
        and not component.multiselect
        and isinstance(value, list | dict)
    )


def _refusal(name: object, sentence: str) -> gr.Error:
    said = short(sentence, LONGEST)
    _log.warning("refused %s: %s", short(name), said)
    return gr.Error(said, print_exception=False)
