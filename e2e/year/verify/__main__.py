"""python -m e2e.year.verify PORT PASSWORD_FILE: judges a platform that still runs."""

import json
import sys
from pathlib import Path

from e2e.year.verify import verify

if __name__ == "__main__":
    found = verify(int(sys.argv[1]), Path(sys.argv[2]).read_text())
    for line in found.problems:
        print("!", line)
    print(
        json.dumps({"ok": not found.problems, "states": found.states, "checked": found.checked, "wrong": found.counts}, ensure_ascii=False)
    )
    sys.exit(bool(found.problems))
