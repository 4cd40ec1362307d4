"""What every answer must bring along for the browser's defences, whatever it says."""

from typing import Any

NEEDED = (
    "default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "script-src 'self'", "style-src 'self'",
    "form-action 'self'",
)  # fmt: skip
CAMERA = frozenset({"holdings:scan", "holdings:stock-take-count", "lending:desk"})
"""Pages that read codes with the camera of the phone."""


def defended(response: Any, name: str = "") -> list[str]:
    """What is missing in an answer; ``name`` is that of the address, for the pages that may do more."""
    policy = response.get("Content-Security-Policy", "")
    missing = [part for part in NEEDED if part not in policy] + [
        word for word in ("unsafe-inline", "unsafe-eval") if word in policy
    ]
    wanted = {
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    }  # fmt: skip
    missing += [header for header, value in wanted.items() if response.get(header) != value]
    features = response.get("Permissions-Policy", "")
    if "camera=()" not in features and not (name in CAMERA and "camera=(self)" in features):
        missing.append("Permissions-Policy")
    if "no-store" not in response.get("Cache-Control", ""):
        missing.append("Cache-Control")
    return missing
