"""What a killed or busy app does to runs, and to the disk: `python -m tests.soak`; not run by pytest.

About 25 minutes. kills.py: a training process killed again and again · servers.py: the app killed while
runs go on · pages.py: what the Train tab costs · disk.py: what a busy page leaves on the disk ·
classroom.py: a class of thirty · clients.py: pages without a browser · running_app.py: the real app as a
process · folders.py: whether a run's files are whole, and two runs the same.
"""
