from enum import IntEnum


class VideoType(IntEnum):
    SD_480P = 0
    HD_720P = 1

    def __str__(self) -> str:
        return str(self.value)
