class BackupError(Exception):
    """Why it can't be done, in a sentence for the operator."""


def first_line(error: Exception) -> str:
    """What it says, without what a database adds below."""
    return str(error).partition("\n")[0] or type(error).__name__
