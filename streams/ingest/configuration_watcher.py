"""Reads the gateway's configuration with the keys of every vendor, and follows its files."""

import os
from pathlib import Path

from streams.ingest import connections
from streams.ingest.connections import Configuration
from streams.ingest.vendor import Vendor
from streams.ingest.vendors import VENDORS


def vendor_schemes() -> dict[str, Vendor]:
    """Return what `connections.load` needs to know of each vendor."""
    return {vendor.name: vendor for vendor in VENDORS}


class ConfigurationWatcher:
    """Reads the configuration from disk, again when one of its files has changed."""

    def __init__(self, path: Path) -> None:
        """Read nothing before `load`."""
        self._path = path
        self._stamp: object = None

    def load(self) -> Configuration:
        """Return the current configuration; raise Misconfigured."""
        configuration = connections.load(self._path, os.environ, vendor_schemes())
        self._files = connections.watched_files(self._path, configuration.tenancy)
        self._stamp = self._file_stamps()
        return configuration

    def reload(self) -> Configuration | None:
        """Return the configuration if a file has changed since the last call, else None.

        Raise Misconfigured once per change.
        """
        stamp = self._file_stamps()
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        return self.load()

    def _file_stamps(self) -> object:
        stats = [path.stat() if path.exists() else None for path in self._files]
        return [None if stat is None else (stat.st_mtime_ns, stat.st_size) for stat in stats]
