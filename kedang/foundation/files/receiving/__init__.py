"""Files on their way in over HTTP: sealed and digested while they arrive, so that no plain byte of them lies on the disk."""

from kedang.foundation.files.receiving.held import Held as Held
