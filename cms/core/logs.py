"""What the logs must not say."""

import logging
import re

# A value signed by Django: whoever has it may open what it leads to.
_SIGNED = re.compile(r"[\w.-]+(?::[\w-]+)?:[\w-]{43}(?![\w-])")


class DiscreetFormatter(logging.Formatter):
    """Takes signed links out of a line, with its traceback."""

    def format(self, record):
        return _SIGNED.sub("[signed]", super().format(record))
