"""From a method's arguments to a request, and from an answer to a job."""
