#!/bin/sh
# What the tests need that pip cannot bring: a browser and PostgreSQL. Installed where this runs as root on
# Debian; elsewhere it names the command and what will be skipped.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "== Installing$missing for the tests"
  log=$(mktemp)
  # shellcheck disable=SC2086  # several packages
  if apt-get update >"$log" 2>&1 && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; then
    rm "$log"
    exit 0
  fi
  tail -5 "$log" >&2
fi
echo "Tests that need$missing will be skipped. On Debian and Ubuntu: apt install$missing" >&2
