"""What a killed or busy app does to runs: `python -m tests.soak`, about 15 minutes; not run by pytest.

kills.py: a training process killed again and again · servers.py: the app killed while runs go on ·
pages.py: what the Train tab costs · clients.py: pages without a browser · running_app.py: the real
app as a process · folders.py: whether a run's files are whole, and two runs the same.
"""
