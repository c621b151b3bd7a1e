"""The objects that are sent and answered. Each is imported when it is first asked for.

Written by `make generate`; edit `openapi.yaml` instead.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .available_actions import AvailableActions
    from .balance import Balance
    from .balance_response import BalanceResponse
    from .blend_aspect_ratio import BlendAspectRatio
    from .blend_request import BlendRequest
    from .callback_envelope import CallbackEnvelope
    from .canvas import Canvas
    from .canvas_img import CanvasImg
    from .content_type import ContentType
    from .crop_mode import CropMode
    from .describe_request import DescribeRequest
    from .diffusion_request import DiffusionRequest
    from .edit_request import EditRequest
    from .enhance_request import EnhanceRequest
    from .enhance_upscale_request import EnhanceUpscaleRequest
    from .error_body import ErrorBody
    from .error_envelope import ErrorEnvelope
    from .extend_video_request import ExtendVideoRequest
    from .face_enhancement import FaceEnhancement
    from .inpaint_request import InpaintRequest
    from .mask import Mask
    from .outpaint_request import OutpaintRequest
    from .output_format import OutputFormat
    from .pan_direction import PanDirection
    from .pan_request import PanRequest
    from .polygon import Polygon
    from .remix_mode import RemixMode
    from .remix_request import RemixRequest
    from .remove_background_request import RemoveBackgroundRequest
    from .reroll_request import RerollRequest
    from .retexture_request import RetextureRequest
    from .shorten_request import ShortenRequest
    from .target_aspect_ratio import TargetAspectRatio
    from .target_resolution import TargetResolution
    from .task_config import TaskConfig
    from .task_error import TaskError
    from .task_meta import TaskMeta
    from .task_output import TaskOutput
    from .task_response import TaskResponse
    from .task_status import TaskStatus
    from .task_type import TaskType
    from .upload_paint_request import UploadPaintRequest
    from .upscale_request import UpscaleRequest
    from .upscale_type import UpscaleType
    from .usage import Usage
    from .variation_request import VariationRequest
    from .variation_type import VariationType
    from .video_diffusion_request import VideoDiffusionRequest
    from .video_type import VideoType
    from .video_upscale_request import VideoUpscaleRequest
    from .webhook_config import WebhookConfig
else:
    _MODULES = {
        "AvailableActions": ".available_actions",
        "Balance": ".balance",
        "BalanceResponse": ".balance_response",
        "BlendAspectRatio": ".blend_aspect_ratio",
        "BlendRequest": ".blend_request",
        "CallbackEnvelope": ".callback_envelope",
        "Canvas": ".canvas",
        "CanvasImg": ".canvas_img",
        "ContentType": ".content_type",
        "CropMode": ".crop_mode",
        "DescribeRequest": ".describe_request",
        "DiffusionRequest": ".diffusion_request",
        "EditRequest": ".edit_request",
        "EnhanceRequest": ".enhance_request",
        "EnhanceUpscaleRequest": ".enhance_upscale_request",
        "ErrorBody": ".error_body",
        "ErrorEnvelope": ".error_envelope",
        "ExtendVideoRequest": ".extend_video_request",
        "FaceEnhancement": ".face_enhancement",
        "InpaintRequest": ".inpaint_request",
        "Mask": ".mask",
        "OutpaintRequest": ".outpaint_request",
        "OutputFormat": ".output_format",
        "PanDirection": ".pan_direction",
        "PanRequest": ".pan_request",
        "Polygon": ".polygon",
        "RemixMode": ".remix_mode",
        "RemixRequest": ".remix_request",
        "RemoveBackgroundRequest": ".remove_background_request",
        "RerollRequest": ".reroll_request",
        "RetextureRequest": ".retexture_request",
        "ShortenRequest": ".shorten_request",
        "TargetAspectRatio": ".target_aspect_ratio",
        "TargetResolution": ".target_resolution",
        "TaskConfig": ".task_config",
        "TaskError": ".task_error",
        "TaskMeta": ".task_meta",
        "TaskOutput": ".task_output",
        "TaskResponse": ".task_response",
        "TaskStatus": ".task_status",
        "TaskType": ".task_type",
        "UploadPaintRequest": ".upload_paint_request",
        "UpscaleRequest": ".upscale_request",
        "UpscaleType": ".upscale_type",
        "Usage": ".usage",
        "VariationRequest": ".variation_request",
        "VariationType": ".variation_type",
        "VideoDiffusionRequest": ".video_diffusion_request",
        "VideoType": ".video_type",
        "VideoUpscaleRequest": ".video_upscale_request",
        "WebhookConfig": ".webhook_config",
    }

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_MODULES[name], __name__), name)
        globals()[name] = value
        return value


__all__ = (
    "AvailableActions",
    "Balance",
    "BalanceResponse",
    "BlendAspectRatio",
    "BlendRequest",
    "CallbackEnvelope",
    "Canvas",
    "CanvasImg",
    "ContentType",
    "CropMode",
    "DescribeRequest",
    "DiffusionRequest",
    "EditRequest",
    "EnhanceRequest",
    "EnhanceUpscaleRequest",
    "ErrorBody",
    "ErrorEnvelope",
    "ExtendVideoRequest",
    "FaceEnhancement",
    "InpaintRequest",
    "Mask",
    "OutpaintRequest",
    "OutputFormat",
    "PanDirection",
    "PanRequest",
    "Polygon",
    "RemixMode",
    "RemixRequest",
    "RemoveBackgroundRequest",
    "RerollRequest",
    "RetextureRequest",
    "ShortenRequest",
    "TargetAspectRatio",
    "TargetResolution",
    "TaskConfig",
    "TaskError",
    "TaskMeta",
    "TaskOutput",
    "TaskResponse",
    "TaskStatus",
    "TaskType",
    "UploadPaintRequest",
    "UpscaleRequest",
    "UpscaleType",
    "Usage",
    "VariationRequest",
    "VariationType",
    "VideoDiffusionRequest",
    "VideoType",
    "VideoUpscaleRequest",
    "WebhookConfig",
)
