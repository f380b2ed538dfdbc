"""What a sensor's function may return: whether it is done, and a value to hand on."""

from typing import Any


class PokeReturnValue:
    """True when the sensor is done; `xcom_value` is its XCom."""

    def __init__(self, is_done: bool, xcom_value: Any = None) -> None:
        self.is_done = is_done
        self.xcom_value = xcom_value

    def __bool__(self) -> bool:
        """Is the sensor done?"""
        return bool(self.is_done)
