from enum import StrEnum


class BlendAspectRatio(StrEnum):
    LANDSCAPE = "3:2"
    PORTRAIT = "2:3"
    SQUARE = "1:1"

    def __str__(self) -> str:
        return str(self.value)
