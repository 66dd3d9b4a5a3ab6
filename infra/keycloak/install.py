"""Fetches Keycloak by Maven, unpacks and builds it once; every installation on this machine shares the result.

Started as `python -m infra.keycloak.install FOLDER`; a second run finds it done.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "26.7.4"
SHA256 = "04823c336b797a7e18889a44262a7a64e6bf624cbbcc518c85e2622176ff2eee"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:tar.gz"
# Options that Keycloak fixes at build time. Another value needs another folder name: see `folder`.
BUILD = ("--db=postgres", "--health-enabled=true", "--metrics-enabled=true", "--http-relative-path=/auth")


def folder(tools: Path) -> Path:
    return tools / f"keycloak-{VERSION}-{hashlib.sha256(' '.join(BUILD).encode()).hexdigest()[:8]}"


def install(tools: Path) -> Path:
    """Returns the folder of a built Keycloak. It appears under its name only when it is complete."""
    target = folder(tools)
    tools.mkdir(parents=True, exist_ok=True)
    with (tools / "keycloak.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            _build(tools / "keycloak.part", target)
    return target


def _build(part: Path, target: Path) -> None:
    for program in ("java", "mvn", "tar"):
        if not shutil.which(program):
            raise RuntimeError(f"{program} is missing; infra/apt.txt lists the Debian packages this needs.")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    print(f"Fetching Keycloak {VERSION} (176 MB, once) ...", flush=True)
    _run("mvn", "-q", "-B", "-ntp", COPY, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={part}")
    archive = part / f"keycloak-quarkus-dist-{VERSION}.tar.gz"
    with archive.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
            raise RuntimeError(f"Keycloak {VERSION} as downloaded is not the one that this project was tested with.")
    _run("tar", "xzf", archive, "-C", part)  # zipfile would drop the executable bits
    print("Building Keycloak (half a minute, once) ...", flush=True)
    unpacked = part / f"keycloak-{VERSION}"
    _run(unpacked / "bin" / "kc.sh", "build", *BUILD)
    unpacked.rename(target)
    shutil.rmtree(part)


def _run(*command: str | Path) -> None:
    result = subprocess.run([*map(str, command)], check=False, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    if result.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed with exit code {result.returncode}.")


if __name__ == "__main__":
    install(Path(sys.argv[1]))
