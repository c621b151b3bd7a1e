from enum import IntEnum


class PanDirection(IntEnum):
    DOWN = 0
    RIGHT = 1
    UP = 2
    LEFT = 3

    def __str__(self) -> str:
        return str(self.value)
