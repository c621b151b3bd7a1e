from enum import IntEnum


class RemixMode(IntEnum):
    STRONG = 0
    SUBTLE = 1

    def __str__(self) -> str:
        return str(self.value)
