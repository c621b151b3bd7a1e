"""connexion serves every operation of the portable document with its examples; it knows no OpenAPI 3.1."""

import os
from pathlib import Path

import connexion
from connexion.mock import MockResolver

spec = Path(os.environ["SPEC"])
app = connexion.FlaskApp("legnext", specification_dir=str(spec.parent))
app.add_api(spec.name, resolver=MockResolver(mock_all=True), security_map={})
answer = app.test_client().post("/api/v1/diffusion", json={}, headers={"x-api-key": "any"})
assert answer.status_code in (400, 401), answer.text
