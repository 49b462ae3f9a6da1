#!/bin/sh
# The browser of the dashboard's tests: finds one, or installs Debian's where that is possible.
set -eu

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing chromium, which the dashboard's tests drive"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        chromium fonts-noto-core fonts-noto-cjk >/dev/null
    exit 0
fi

echo "The dashboard's tests need a Chromium, and none was found." >&2
echo "Debian or Ubuntu: sudo apt-get install chromium; then run make test again." >&2
exit 1
