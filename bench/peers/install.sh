#!/usr/bin/env bash
# Installs what the side-by-side runs measure against, beside this script: Node.js packages into node_modules, Python ones
# into .venv, each with the digests of its lock file, and Debian's packages where a program is missing. Cargo
# downloads crates. The tables name the peers that could not be installed.
set -euo pipefail
cd "$(dirname "$0")"
tests=../../tests/peers

needed=()
command -v node >/dev/null || needed+=(nodejs)
command -v npm >/dev/null || needed+=(npm)
command -v python3 >/dev/null || needed+=(python3)
python3 -c 'import venv, ensurepip' 2>/dev/null || needed+=(python3-venv)
command -v valgrind >/dev/null || needed+=(valgrind)
[ -n "$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null)" ] || needed+=(postgresql)
if [ ${#needed[@]} -gt 0 ]; then
    echo "installing ${needed[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${needed[@]}" >/dev/null
fi

npm ci --silent --ignore-scripts --no-audit --no-fund
[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r "$tests/requirements.txt"
# Compiled packages: there are digests for some versions of Python alone.
.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r "$tests/requirements-audit.txt" ||
    echo "pm4py could not be installed: the audit is measured without it"
echo "installed: XState $(node -p "require('./node_modules/xstate/package.json').version"), $(.venv/bin/pip list 2>/dev/null |
    awk '/^(simpy|pm4py)/ { printf "%s %s, ", $1, $2 }')$(.venv/bin/python --version), Node.js $(node --version)"
