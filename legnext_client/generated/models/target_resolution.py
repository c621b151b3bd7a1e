from enum import StrEnum


class TargetResolution(StrEnum):
    EIGHT_K = "8K"
    FHD = "FHD"
    FOUR_K = "4K"
    HD = "HD"
    SIX_K = "6K"
    TWELVE_K = "12K"
    TWO_K = "2K"

    def __str__(self) -> str:
        return str(self.value)
