"""URLs of servers, as they may be shown."""

import re


def hide_password(url: str) -> str:
    """The URL without its password, which may itself hold any character."""
    url = re.sub(r"(://[^:@/?#]*):.*@", r"\1:***@", url)
    return re.sub(r"(?<=password=)[^&]*", "***", url)
