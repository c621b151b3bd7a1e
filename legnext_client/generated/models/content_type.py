from enum import StrEnum


class ContentType(StrEnum):
    ILLUSTRATION = "illustration"
    LOW_RES = "low_res"
    PHOTO = "photo"
    STANDARD = "standard"
    TEXT = "text"

    def __str__(self) -> str:
        return str(self.value)
