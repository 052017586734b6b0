"""Run mypy and compare: no part of the package may have more type errors than is recorded.

    python .ci/check_types.py            # fails where there are more errors, or fewer than recorded
    python .ci/check_types.py --record   # write the counts down after mending some

The goal is 0 everywhere; .ci/type_errors.json holds what is left, by folder of the package.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = Path(__file__).with_name("type_errors.json")
ERROR = re.compile(r"^workbook[/\\](\w+?)(?:\.py|[/\\]).*?: error: ", re.MULTILINE)


def main() -> int:
    """Compare the counts with the record; 0 when each is what is recorded."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode not in (0, 1):
        print(done.stdout + done.stderr, file=sys.stderr)
        return done.returncode
    counts = Counter(ERROR.findall(done.stdout))
    known = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    if "--record" in sys.argv:
        text = json.dumps(dict(sorted(counts.items())), indent=1)
        RECORD.write_text(text + "\n", encoding="utf-8")
        return 0
    more = [part for part, count in counts.items() if count > known.get(part, 0)]
    for line in done.stdout.splitlines():
        if any(ERROR.match(line) and ERROR.match(line)[1] == part for part in more):
            print(line)
    for part in sorted({*counts, *known}):
        if counts[part] != known.get(part, 0):
            print(f"{part}: {counts[part]} type errors, recorded are {known.get(part, 0)}")
    fewer = not more and dict(counts) != known
    if fewer:
        print("Fewer than recorded: run `python .ci/check_types.py --record` to keep it so.")
    print(f"mypy: {sum(counts.values())} errors left, {len(more)} parts with more than recorded")
    return 1 if more or fewer else 0


if __name__ == "__main__":
    sys.exit(main())
