"""How a built Keycloak is started for one installation."""

import os
import shutil
from pathlib import Path

from infra.keycloak.install import folder

SHARED = ("lib", "conf", "providers")
THEME = Path(__file__).parent / "theme"
JAVA_OPTIONS = (
    "-Xms64m",
    "-Xmx512m",
    "-XX:MaxMetaspaceSize=256m",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dfile.encoding=UTF-8",
    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
    "-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
    "-Dpicocli.disable.closures=true",
    "-Duser.language=en",
    "-Duser.country=US",
    *(f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in ("util", "util.concurrent", "security", "lang")),
)


def lay_out(home: Path, tools: Path) -> None:
    """A folder for what one installation writes, with the shared, built parts linked in."""
    (home / "data" / "import").mkdir(parents=True, exist_ok=True)
    # Packed copies of the theme's files, which Keycloak would serve for ever, whatever became of the files.
    shutil.rmtree(home / "data" / "tmp" / "kc-gzip-cache", ignore_errors=True)
    (home / "themes").mkdir(exist_ok=True)
    targets = {home / name: folder(tools).resolve() / name for name in SHARED} | {home / "themes" / "ykcd": THEME}
    for link, target in targets.items():
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def command(home: Path, *, port: int, management_port: int, database_port: int, public_url: str) -> list[str]:
    """Java itself, not kc.sh: the script would stay as a parent that a kill -9 leaves its child behind."""
    return [
        _java(),
        *JAVA_OPTIONS,
        f"-Dkc.home.dir={home}",
        f"-Djboss.server.config.dir={home / 'conf'}",
        *("-cp", str(home / "lib" / "quarkus-run.jar"), "io.quarkus.bootstrap.runner.QuarkusEntryPoint"),
        *("start", "--optimized", "--import-realm", "--cache=local"),
        *("--http-enabled=true", "--http-host=127.0.0.1", f"--http-port={port}"),
        *("--http-management-host=127.0.0.1", f"--http-management-port={management_port}"),
        # The issuer is the public address whoever asks; services fetch keys and tokens directly.
        *(f"--hostname={public_url}/auth", "--hostname-backchannel-dynamic=true", "--proxy-headers=xforwarded"),
        f"--hostname-admin=http://localhost:{port}/auth",
        f"--db-url=jdbc:postgresql://127.0.0.1:{database_port}/keycloak",
        "--db-username=keycloak",
        *("--db-pool-initial-size=1", "--db-pool-min-size=1", "--db-pool-max-size=20"),
    ]


def environment(*, database_password: str, admin_password: str) -> dict[str, str]:
    """Secrets come by the environment: everybody on the machine may read a command line."""
    return {
        "KC_DB_PASSWORD": database_password,
        "KC_BOOTSTRAP_ADMIN_USERNAME": "admin",
        "KC_BOOTSTRAP_ADMIN_PASSWORD": admin_password,
    }


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    found = f"{home}/bin/java" if home else shutil.which("java")
    if not found:
        raise RuntimeError("java is missing; infra/apt.txt lists the Debian packages this needs (maven brings it).")
    return found
