from enum import IntEnum


class VariationType(IntEnum):
    SUBTLE = 0
    STRONG = 1

    def __str__(self) -> str:
        return str(self.value)
