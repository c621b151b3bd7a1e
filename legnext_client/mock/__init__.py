"""A mock of the service, driven by the OpenAPI document alone: `python -m legnext_client.mock`.

It imports nothing from the rest of the package, so that client and server cannot share a misreading of the document.
Programs and tests start it with `legnext_client.testing.MockServer`.
"""
