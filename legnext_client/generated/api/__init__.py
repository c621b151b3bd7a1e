"""A module for each operation, in a package for each tag."""
