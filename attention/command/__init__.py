"""The terminal: terminal.py prints progress, tables and errors, report.py an analysis as lines of text."""
