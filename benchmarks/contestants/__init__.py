"""The processes that are measured. Some run in an environment that has nothing of this client, so each module imports
the client of its contestants inside the functions that need it.
"""
