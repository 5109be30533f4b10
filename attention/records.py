"""Values that people and programs give, checked once against a record."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from attention.errors import InputError, short

# possible values for an error sentence, by pydantic's error type
POSSIBLE = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "{ge} or more",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "less_than_equal": "{le} or less",
    "literal_error": "{expected}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} character",
    "string_type": "text",
    "too_long": "at most {max_length}",
    "too_short": "at least {min_length}",
}

Record = TypeVar("Record", bound=BaseModel)


def validated(record: type[Record], given: dict[str, Any], what: str) -> Record:
    """The record of plain values. what: begins the sentence, such as "The run's".

    Raises InputError, which names the first impossible value.
    """
    try:
        return record.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        cause = fault.get("ctx", {}).get("error")
        if isinstance(cause, InputError):
            raise cause from None
        name = ".".join(str(place) for place in fault["loc"][:1])
        wish = POSSIBLE.get(fault["type"], "another value").format(**fault.get("ctx", {}))
        said = short(str(fault["input"])[:1000], 60)
        raise InputError(f"{what} {name}: {said} is not possible; give {wish}.") from None
