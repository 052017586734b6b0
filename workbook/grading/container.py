"""The grader on macOS and Windows: in a Linux container, and how to run it there.

`.github/Containerfile` makes the container; BUILD and RUN are its two commands, for Docker and,
with another first word, for Podman. Left out: the sandbox itself, which is `workbook.sandbox`.
"""

from __future__ import annotations

FILE = ".github/Containerfile"
BUILD = f"docker build --tag workbook-grader --file {FILE} ."
# --privileged: an ordinary container may not make the namespaces that bubblewrap makes.
RUN = 'docker run --rm --privileged --network none --volume "${PWD}:/class" workbook-grader'
NOT_LINUX = (
    "answers of students are not run without a sandbox, and the sandbox needs Linux: on {} the "
    "grader runs in a Linux container, which `{}` makes in the course's folder and `{} grade ...` "
    "runs in the folder of the class (`--isolation none` runs answers with your own rights)."
)
REFUSED = (
    "answers of students are not run without a sandbox: {} To run them with your own rights all "
    "the same, add `--isolation none`."
)
SYSTEMS = {"Darwin": "macOS", "Windows": "Windows"}


def refusal(problem: str, system: str) -> str:
    """Return why nothing is graded, and what helps.

    problem: why there is no sandbox here. system: as `platform.system()` calls it.
    """
    if system in SYSTEMS:
        return NOT_LINUX.format(SYSTEMS[system], BUILD, RUN)
    return REFUSED.format(problem)
