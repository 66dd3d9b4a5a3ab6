"""make canary: the whole proof on a platform of its own; one JSON line last."""

import asyncio
import json
import tempfile
from pathlib import Path

from e2e.harness.layout import Options, unused_ports
from e2e.harness.platform import Platform
from e2e.secrecy.proof import prove
from e2e.spans import collected


async def main(folder: Path) -> int:
    async with collected() as (spans, otlp):
        # The chattiest logs.
        options = Options(otlp_endpoint=otlp, log_level="DEBUG")
        async with Platform(folder / "platform", ports=unused_ports(), options=options) as platform:
            report = await prove(platform, otlp, lambda: spans.data, folder, drill=True)
    print(json.dumps(report, ensure_ascii=False), flush=True)
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="ykcd-canary-") as name:
        # PostgreSQL's own account must be able to reach its folder.
        Path(name).chmod(0o711)
        raise SystemExit(asyncio.run(main(Path(name))))
