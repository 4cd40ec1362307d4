"""What the room adds to the frame, one module a part."""

from kedang.foundation.files.panels import content, storage  # noqa: F401
