"""Published data sets: places.py lists where they are, download.py and fetch.py download them."""
