"""The Compare tab: what every method says of a clip."""
