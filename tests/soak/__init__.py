"""What a killed or busy app does to runs, and to the disk: `python -m tests.soak`; not run by pytest.

decoders.py, kills.py and servers.py kill the child that reads a file, a training process, and the app ·
pages.py: what the Train tab costs · disk.py: what a busy page leaves on the disk · hostile.py: one who floods
beside ten who work · classroom.py: a class of thirty ·
mixed.py: thirty who do all things for half an hour · clients.py and visitor.py: pages
without a browser, site.py: where they ask · running_app.py: the real app as a process · folders.py: whether a
run's files are whole, and two runs the same.
"""
