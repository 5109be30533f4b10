"""Learning from data: sources → fitted CNN → maps on disk → EnergyNet → evaluation → curves, runs, tabs."""
