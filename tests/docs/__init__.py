"""What is written for people, run: the service's own Python pages, and the pages of this project."""
