"""The Data tab: a set's pictures, its check-up, and how to add one."""
