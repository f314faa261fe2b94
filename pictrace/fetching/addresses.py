"""Web addresses as text."""

from urllib.parse import urlsplit


def is_address(text: str) -> bool:
    """An absolute http or https address, as far as its form tells."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(c.isspace() or c < " " for c in text)
