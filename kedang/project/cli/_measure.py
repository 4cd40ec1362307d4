"""Wall time, processor time and peak memory of a command, its helper processes included."""

import threading
import time
from typing import Any

import psutil

_EVERY_SECONDS = 0.25


class Measure:
    """Context manager; memory and processor time are sums over this process and its children, sampled four times a second."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self.peak_bytes = 0
        self._process = psutil.Process()
        self._cpu: dict[int, float] = {}
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Measure":
        self._started = time.monotonic()
        self._cpu_before = _cpu_of(self._process)
        self._watcher.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        self._watcher.join()
        self.seconds = time.monotonic() - self._started
        self.cpu_seconds = sum(self._cpu.values()) - self._cpu_before

    @property
    def peak_mib(self) -> int:
        """Peak in MiB, rounded up."""
        return -(-self.peak_bytes // (1 << 20))

    def _watch(self) -> None:
        while True:
            total = 0
            for process in [self._process, *self._process.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                    self._cpu[process.pid] = _cpu_of(process)
                except psutil.Error:
                    continue
            self.peak_bytes = max(self.peak_bytes, total)
            if self._stop.wait(_EVERY_SECONDS):
                return


def _cpu_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
