from enum import StrEnum


class TargetAspectRatio(StrEnum):
    KEEP = "keep"
    R16_9 = "16:9"
    R1_1 = "1:1"
    R2_3 = "2:3"
    R3_2 = "3:2"
    R3_4 = "3:4"
    R4_3 = "4:3"
    R4_5 = "4:5"
    R5_4 = "5:4"
    R9_16 = "9:16"

    def __str__(self) -> str:
        return str(self.value)
