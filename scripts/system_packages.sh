#!/bin/sh
# Installs the programs that the tests drive and that neither PyPI nor npm has: a browser.
set -eu

if [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
  exit 0
fi
if [ -n "${CHROMIUM:-}" ]; then
  echo "CHROMIUM=$CHROMIUM is no program that can be run." >&2
  exit 1
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "The browser tests need Chromium at /usr/bin/chromium, or anywhere with CHROMIUM=/path." >&2
  echo "Debian: sudo apt-get install chromium. The other tests: make lint types test-python test-ui" >&2
  exit 1
fi
echo "Installing the Debian package chromium for the browser tests ..."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium >/dev/null
