"""Archives: zips.py and upload.py read a user's zip, unpack.py unpacks downloads."""
