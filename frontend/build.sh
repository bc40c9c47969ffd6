#!/bin/sh
# Builds the editor and the land on maps into FOLDER: with the system's Node where there is one
# that is new enough, else with Node from PyPI, put into VENV. Says nothing where all goes well.
set -eu
venv=$(cd "$1" && pwd)
folder=$2
cd "$(dirname "$0")"

if ! { command -v npm && node -e 'process.exitCode = parseInt(process.versions.node) < 20 ? 1 : 0'; } >/dev/null 2>&1; then
  [ -x "$venv/bin/npm" ] ||
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r ../requirements-site.txt
  PATH="$venv/bin:$PATH"
fi
# The lock file holds a checksum of each package; none of them runs a program when it is installed.
npm ci --silent --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-timeout=20000
node build.mjs "$folder"
