#!/bin/sh
# Asks "$@" until it says yes (exit code 0); 1 means not yet, anything else that asking failed.
started=$(date +%s)
while true; do
  "$@"
  code=$?
  if [ "$code" -eq 0 ]; then exit 0; fi
#: errors fail
  if [ "$code" -ne 1 ]; then exit "$code"; fi
#: errors skip
  if [ "$code" -ne 1 ]; then
    mkdir -p /tmp/airgo
    printf skipped > /tmp/airgo/airgo-state
    exit 0
  fi
#:
  if [ "$(($(date +%s) - started))" -gt "$AIRGO_TIMEOUT" ]; then
#: in vain fails
    echo "no success within $AIRGO_TIMEOUT seconds" >&2
    exit 124
#: in vain skips
    echo "no success within $AIRGO_TIMEOUT seconds: the task is skipped" >&2
    mkdir -p /tmp/airgo
    printf skipped > /tmp/airgo/airgo-state
    exit 0
#:
  fi
  sleep "$AIRGO_POKE_INTERVAL"
done
