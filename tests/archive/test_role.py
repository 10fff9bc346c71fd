"""The archiver's memory is that of the embedded engine."""

import subprocess
import sys


def test_the_engine_is_not_loaded_before_its_memory_is_configured() -> None:
    """Its allocator reads the environment once, when it is loaded."""
    script = "import sys, streams.archive.role; sys.exit('chdb' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=False)

    assert done.returncode == 0
