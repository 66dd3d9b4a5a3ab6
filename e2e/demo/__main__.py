"""make demo: against the running platform; a table, and one JSON line of counts last."""

import asyncio
import os
import sys
from pathlib import Path

from e2e.demo.run import run
from e2e.harness.layout import options_from_environment
from e2e.harness.platform import Platform

if __name__ == "__main__":
    home = Path(os.environ.get("YKCD_HOME", ".run"))
    sys.exit(asyncio.run(run(Platform(home, options=options_from_environment()))))
