"""The commands of `python -m training`, one file each: add_arguments(parser) and run(arguments)."""
