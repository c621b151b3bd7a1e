from enum import StrEnum


class CropMode(StrEnum):
    CROP = "crop"
    LETTERBOX = "letterbox"
    STRETCH = "stretch"

    def __str__(self) -> str:
        return str(self.value)
