from enum import StrEnum


class TaskType(StrEnum):
    BLEND = "blend"
    DESCRIBE = "describe"
    DIFFUSION = "diffusion"
    EDIT = "edit"
    ENHANCE = "enhance"
    ENHANCE_UPSCALE = "enhance_upscale"
    EXTEND_VIDEO = "extend_video"
    INPAINT = "inpaint"
    OUTPAINT = "outpaint"
    PAN = "pan"
    REMIX = "remix"
    REMOVE_BACKGROUND = "remove_background"
    REROLL = "reroll"
    RETEXTURE = "retexture"
    SHORTEN = "shorten"
    UPLOAD_PAINT = "upload_paint"
    UPSCALE = "upscale"
    VARIATION = "variation"
    VIDEO_DIFFUSION = "video_diffusion"
    VIDEO_UPSCALE = "video_upscale"

    def __str__(self) -> str:
        return str(self.value)
