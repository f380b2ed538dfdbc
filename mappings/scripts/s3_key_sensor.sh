# All keys, one a line, must exist. A key is a full s3:// address, or one in AIRGO_BUCKET.
while IFS= read -r key || [ -n "$key" ]; do
  bucket="$AIRGO_BUCKET"
  if [ -z "$bucket" ]; then
    address="${key#s3://}"
    bucket="${address%%/*}"
    key="${address#*/}"
  fi
  answer="$(aws s3api head-object --bucket "$bucket" --key "$key" 2>&1)" && continue
  case "$answer" in
    *"(404)"*) echo "s3://$bucket/$key does not exist yet"; exit 1 ;;
    *) echo "$answer" >&2; exit 2 ;;
  esac
done <<< "$AIRGO_KEYS"
exit 0
