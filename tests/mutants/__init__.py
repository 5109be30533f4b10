"""Small faults put into the code one at a time: the tests named with each must fail."""
