"""Names and explanations of registries' rows, in the language of who asks; what lacks words keeps its own."""

from attention.catalogue.catalogue import has_words, key_of, say
from attention.model.card import Card, shipped_models
from attention.networks.known.registry import on_imagenet
from attention.probe.known.probe import Probe
from attention.serving.samples import Sample


def probe_name(probe: Probe) -> str:
    """The probe's question in everyday words; its own name where it has none."""
    return _words("probes", probe.name, "plain", probe.plain or probe.name)


def probe_hint(probe: Probe) -> str:
    """The sentence that explains a probe."""
    return _words("probes", probe.name, "hint", probe.hint)


def map_hint(method: str, usual: str) -> str:
    """The sentence that explains a way to make a map; usual: as its row has it."""
    return _words("mapmethods", method, "hint", usual)


def sample_story(sample: Sample) -> str:
    """What is to be seen of a sample, in a word or two."""
    return _words("samples", sample.key, "story", sample.story)


def model_words(name: str, card: Card, what: str) -> str:
    """A field of a model's card, such as title; what was trained here has only its card's own words."""
    row = "torchvision" if name in on_imagenet() else name
    offered = name in (*shipped_models(), *on_imagenet())
    own = str(getattr(card, what))
    return _words("models", row, what, own) if offered else own


def _words(place: str, name: str, what: str, usual: str) -> str:
    key = key_of(place, name, what)
    return say(key) if has_words(key) else usual
