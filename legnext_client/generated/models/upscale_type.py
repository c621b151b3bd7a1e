from enum import IntEnum


class UpscaleType(IntEnum):
    SUBTLE = 0
    CREATIVE = 1

    def __str__(self) -> str:
        return str(self.value)
