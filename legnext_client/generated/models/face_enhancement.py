from enum import StrEnum


class FaceEnhancement(StrEnum):
    MODERATE = "moderate"
    NONE = "none"
    OFF = "off"
    STRONG = "strong"
    SUBTLE = "subtle"

    def __str__(self) -> str:
        return str(self.value)
