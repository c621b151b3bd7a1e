"""A server that behaves like the service, made from the OpenAPI document alone: `python -m legnext_client.mock`.

It imports nothing from the rest of the package, so that a mistake in the client's reading of the document cannot hide
in the server's. Programs and tests start it with `legnext_client.testing.MockServer`.
"""
