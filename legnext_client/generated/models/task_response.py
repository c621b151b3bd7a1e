from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.task_status import TaskStatus
from ..models.task_type import TaskType
from ..types import UNSET, Unset, is_list, is_object

if TYPE_CHECKING:
    from ..models.task_config import TaskConfig
    from ..models.task_error import TaskError
    from ..models.task_meta import TaskMeta
    from ..models.task_output import TaskOutput


@_attrs_define
class TaskResponse:
    """A job.

    Attributes:
        job_id: The id by which to poll the job.
        status: The job's status. An unknown status means that it is still running.
        model: The family of models.
        task_type: The kind of job. New kinds may appear.
        progress: The progress. Not guaranteed; some responses report it in `logs`.
        config: Not described.
        input_: The request. Null in every response seen; do not rely on it.
        output: Not described.
        meta: Not described.
        detail: More about the job. Usually null.
        logs: Events so far, sometimes with the progress.
        error: Why the job failed. Present on success too, with code 0.
    """

    job_id: str
    status: str | TaskStatus
    model: None | str | Unset = UNSET
    task_type: None | str | TaskType | Unset = UNSET
    progress: float | None | str | Unset = UNSET
    config: None | TaskConfig | Unset = UNSET
    input_: Any | Unset = UNSET
    output: None | TaskOutput | Unset = UNSET
    meta: None | TaskMeta | Unset = UNSET
    detail: Any | Unset = UNSET
    logs: list[Any] | None | Unset = UNSET
    error: None | TaskError | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict[str, Any])

    def to_dict(self) -> dict[str, Any]:
        from ..models.task_config import TaskConfig
        from ..models.task_error import TaskError
        from ..models.task_meta import TaskMeta
        from ..models.task_output import TaskOutput

        job_id = self.job_id

        status: str
        if isinstance(self.status, TaskStatus):
            status = self.status.value
        else:
            status = self.status

        model: None | str | Unset
        if isinstance(self.model, Unset):
            model = UNSET
        else:
            model = self.model

        task_type: None | str | Unset
        if isinstance(self.task_type, Unset):
            task_type = UNSET
        elif isinstance(self.task_type, TaskType):
            task_type = self.task_type.value
        else:
            task_type = self.task_type

        progress: float | None | str | Unset
        if isinstance(self.progress, Unset):
            progress = UNSET
        else:
            progress = self.progress

        config: dict[str, Any] | None | Unset
        if isinstance(self.config, Unset):
            config = UNSET
        elif isinstance(self.config, TaskConfig):
            config = self.config.to_dict()
        else:
            config = self.config

        input_ = self.input_

        output: dict[str, Any] | None | Unset
        if isinstance(self.output, Unset):
            output = UNSET
        elif isinstance(self.output, TaskOutput):
            output = self.output.to_dict()
        else:
            output = self.output

        meta: dict[str, Any] | None | Unset
        if isinstance(self.meta, Unset):
            meta = UNSET
        elif isinstance(self.meta, TaskMeta):
            meta = self.meta.to_dict()
        else:
            meta = self.meta

        detail = self.detail

        logs: list[Any] | None | Unset
        if isinstance(self.logs, Unset):
            logs = UNSET
        elif isinstance(self.logs, list):
            logs = self.logs

        else:
            logs = self.logs

        error: dict[str, Any] | None | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        elif isinstance(self.error, TaskError):
            error = self.error.to_dict()
        else:
            error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"job_id": job_id, "status": status})
        if model is not UNSET:
            field_dict["model"] = model
        if task_type is not UNSET:
            field_dict["task_type"] = task_type
        if progress is not UNSET:
            field_dict["progress"] = progress
        if config is not UNSET:
            field_dict["config"] = config
        if input_ is not UNSET:
            field_dict["input"] = input_
        if output is not UNSET:
            field_dict["output"] = output
        if meta is not UNSET:
            field_dict["meta"] = meta
        if detail is not UNSET:
            field_dict["detail"] = detail
        if logs is not UNSET:
            field_dict["logs"] = logs
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.task_config import TaskConfig
        from ..models.task_error import TaskError
        from ..models.task_meta import TaskMeta
        from ..models.task_output import TaskOutput

        d = dict(src_dict)
        job_id = d.pop("job_id")

        def _parse_status(data: object) -> str | TaskStatus:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = TaskStatus(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("str | TaskStatus", data)

        status = _parse_status(d.pop("status"))

        def _parse_model(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("None | str | Unset", data)

        model = _parse_model(d.pop("model", UNSET))

        def _parse_task_type(data: object) -> None | str | TaskType | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                task_type_type_0 = TaskType(data)

                return task_type_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("None | str | TaskType | Unset", data)

        task_type = _parse_task_type(d.pop("task_type", UNSET))

        def _parse_progress(data: object) -> float | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("float | None | str | Unset", data)

        progress = _parse_progress(d.pop("progress", UNSET))

        def _parse_config(data: object) -> None | TaskConfig | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not is_object(data):
                    raise TypeError()
                config_type_0 = TaskConfig.from_dict(data)

                return config_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("None | TaskConfig | Unset", data)

        config = _parse_config(d.pop("config", UNSET))

        input_ = d.pop("input", UNSET)

        def _parse_output(data: object) -> None | TaskOutput | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not is_object(data):
                    raise TypeError()
                output_type_0 = TaskOutput.from_dict(data)

                return output_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("None | TaskOutput | Unset", data)

        output = _parse_output(d.pop("output", UNSET))

        def _parse_meta(data: object) -> None | TaskMeta | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not is_object(data):
                    raise TypeError()
                meta_type_0 = TaskMeta.from_dict(data)

                return meta_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("None | TaskMeta | Unset", data)

        meta = _parse_meta(d.pop("meta", UNSET))

        detail = d.pop("detail", UNSET)

        def _parse_logs(data: object) -> list[Any] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not is_list(data):
                    raise TypeError()
                logs_type_0 = data

                return logs_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("list[Any] | None | Unset", data)

        logs = _parse_logs(d.pop("logs", UNSET))

        def _parse_error(data: object) -> None | TaskError | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not is_object(data):
                    raise TypeError()
                error_type_0 = TaskError.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("None | TaskError | Unset", data)

        error = _parse_error(d.pop("error", UNSET))

        _self = cls(
            job_id=job_id,
            status=status,
            model=model,
            task_type=task_type,
            progress=progress,
            config=config,
            input_=input_,
            output=output,
            meta=meta,
            detail=detail,
            logs=logs,
            error=error,
        )

        _self.additional_properties = d
        return _self

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
