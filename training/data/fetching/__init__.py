"""Published data sets over the network: places.py says where they are, download.py and fetch.py get them."""
