"""What people get told when something they gave cannot be used."""


class InputError(ValueError):
    """One clear sentence: what is wrong, with its name, and what to do.

    Raised for anything a person can mend (a file, a concept, a number). The terminal prints it and
    leaves with status 2; the page shows it as a toast. It never carries a traceback to a person.
    """
