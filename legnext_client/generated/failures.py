"""How the answer is read that operations share for whatever goes wrong.

Written by `make generate`; edit `openapi.yaml` instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .types import is_object, parse_json

if TYPE_CHECKING:
    from .models.error_body import ErrorBody
    from .models.error_envelope import ErrorEnvelope
    from .models.task_response import TaskResponse


def parse_failure(content: bytes) -> ErrorBody | ErrorEnvelope | TaskResponse:
    """Parse the answer that says what went wrong."""
    from .models.error_body import ErrorBody
    from .models.error_envelope import ErrorEnvelope
    from .models.task_response import TaskResponse

    data = parse_json(content)

    def _parse_response_default(data: object) -> ErrorBody | ErrorEnvelope | TaskResponse:
        try:
            if not is_object(data):
                raise TypeError()
            componentsschemas_error_answer_type_0 = ErrorBody.from_dict(data)

            return componentsschemas_error_answer_type_0
        except (TypeError, ValueError, AttributeError, KeyError):
            pass
        try:
            if not is_object(data):
                raise TypeError()
            componentsschemas_error_answer_type_1 = TaskResponse.from_dict(data)

            return componentsschemas_error_answer_type_1
        except (TypeError, ValueError, AttributeError, KeyError):
            pass
        if not is_object(data):
            raise TypeError()
        componentsschemas_error_answer_type_2 = ErrorEnvelope.from_dict(data)

        return componentsschemas_error_answer_type_2

    response_default = _parse_response_default(data)

    return response_default
