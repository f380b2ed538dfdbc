"""The exceptions of Airflow's that a task may raise, where Airflow is not installed."""


class AirflowException(Exception):
    """The task fails, and may be tried again."""


class AirflowNotFoundException(AirflowException):
    """Something that was asked for does not exist."""


class AirflowBadRequest(AirflowException):
    """Something was asked for in a wrong way."""


class AirflowConfigException(AirflowException):
    """A setting is missing or wrong."""


class AirflowSensorTimeout(AirflowException):
    """A sensor has waited for too long; the task fails for good."""


class AirflowFailException(AirflowException):
    """The task fails for good."""


class AirflowSkipException(AirflowException):
    """The task skips itself."""
