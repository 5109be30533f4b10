"""Your own concepts: block.py places them on a page, events.py does what it asks, routes.py answers its script."""
