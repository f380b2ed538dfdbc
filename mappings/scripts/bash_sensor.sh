bash -c "$AIRGO_COMMAND"
code=$?
if [ "$code" -eq 0 ]; then exit 0; fi
# With retry_exit_code, only that code means "not yet"; without it every code does.
if [ -z "$AIRGO_RETRY_EXIT_CODE" ] || [ "$code" -eq "$AIRGO_RETRY_EXIT_CODE" ]; then exit 1; fi
exit 2
