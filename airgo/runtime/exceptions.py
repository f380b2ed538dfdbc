"""The exceptions of Airflow's that a task may raise, where Airflow is not installed."""


class AirflowException(Exception):
    """The task fails, and may be tried again."""


class AirflowNotFoundException(AirflowException):
    """Something that was asked for does not exist."""


class AirflowFailException(AirflowException):
    """The task fails for good."""


class AirflowSkipException(AirflowException):
    """The task skips itself."""
