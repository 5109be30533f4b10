"""Archives: zips.py and upload.py take in a person's zip, unpack.py opens downloads."""
