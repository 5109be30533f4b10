"""Learning from data: data → cached views and maps → fit → judge → sweep → runs → report → tabs."""
