answer="$(gcloud storage objects describe "$AIRGO_URL" --format='value(name)' 2>&1)" && exit 0
case "$answer" in
  *"not found"* | *"404"* | *"matched no objects"*) echo "$AIRGO_URL does not exist yet"; exit 1 ;;
  *) echo "$answer" >&2; exit 2 ;;
esac
