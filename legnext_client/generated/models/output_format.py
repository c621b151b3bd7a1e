from enum import StrEnum


class OutputFormat(StrEnum):
    JPEG = "jpeg"
    JPG = "jpg"
    PNG = "png"
    TIF = "tif"
    TIFF = "tiff"

    def __str__(self) -> str:
        return str(self.value)
