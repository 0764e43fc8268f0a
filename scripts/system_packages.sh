#!/bin/sh
# Installs the programs that the tests drive and that neither PyPI nor npm has: a browser, and the
# Postgres of Debian, which is older than the one from PyPI. Quick if all is there.
set -eu

chromium="${CHROMIUM:-/usr/bin/chromium}"
packages=""
missing=""
if [ ! -x "$chromium" ]; then
  if [ -n "${CHROMIUM:-}" ]; then
    echo "CHROMIUM=$CHROMIUM is no program that can be run." >&2
    exit 1
  fi
  packages="chromium"
  missing="The browser tests need Chromium at /usr/bin/chromium, or anywhere with CHROMIUM=/path."
fi
if ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
  packages="$packages postgresql"
fi
if [ -z "$packages" ]; then
  exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  # Tests of the older Postgres are skipped where it is not; a browser is needed.
  if [ -z "$missing" ]; then
    exit 0
  fi
  echo "$missing" >&2
  echo "Debian: sudo apt-get install $packages. The other tests: make lint types test-python test-ui" >&2
  exit 1
fi
echo "Installing Debian packages for the tests: $packages ..."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
if [ "${packages#*postgresql}" != "$packages" ]; then
  # Only its programs are wanted, no server that runs.
  apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
  sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' \
    /etc/postgresql-common/createcluster.conf
fi
# shellcheck disable=SC2086 # one word for each package
apt-get install -y -qq --no-install-recommends $packages >/dev/null
