"""The Debian packages of the cluster, with their versions: installs those that are missing."""
import os
import subprocess
import sys

# A newer release of any of these behaves differently during a failover, so they are pinned. PostgreSQL gets the fixes of its
# own major version.
PINNED = {"patroni": "3.0.2-1", "etcd-server": "3.4.23-4*", "etcd-client": "3.4.23-4*", "postgresql-15": "15.*"}
UNAVAILABLE = 75


def installed():
    """Returns the installed versions of the packages, by name."""
    command = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status} ${Version}\n", *PINNED]
    try:
        lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    except FileNotFoundError:
        return {}
    return {name: version for name, status, version in (line.split(" ", 2) for line in lines) if status == "installed"}


def wrong(found):
    """Returns the packages that are missing or have another version, as `apt-get` wants them."""
    matches = lambda version, pin: version == pin or (pin.endswith("*") and version.startswith(pin[:-1]))
    return [f"{name}={pin}" for name, pin in PINNED.items() if not matches(found.get(name, ""), pin)]


def install():
    """Installs what is missing; ends the program with exit code 75 if that fails. Returns the versions."""
    missing = wrong(installed())
    if missing:
        # RUNLEVEL keeps the packages from starting services of their own.
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        print("installing", *missing, flush=True)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "--allow-downgrades", *missing]
        for attempt in (["apt-get", "update", "-qq"], command):
            subprocess.run(attempt, env=environment, stdout=subprocess.DEVNULL, check=False)
    found = installed()
    if still := wrong(found):
        print(f"{', '.join(still)} could not be installed, so no failover was tested", file=sys.stderr)
        sys.exit(UNAVAILABLE)
    return found
