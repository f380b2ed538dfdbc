# Write AIRGO_DATA to an object; without AIRGO_REPLACE it must not exist yet.
if [ -z "$AIRGO_BUCKET" ]; then
  address="${AIRGO_KEY#s3://}"
  AIRGO_BUCKET="${address%%/*}"
  AIRGO_KEY="${address#*/}"
fi
if [ -z "$AIRGO_REPLACE" ]; then
  if answer="$(aws s3api head-object --bucket "$AIRGO_BUCKET" --key "$AIRGO_KEY" 2>&1)"; then
    echo "s3://$AIRGO_BUCKET/$AIRGO_KEY exists already" >&2
    exit 1
  fi
  case "$answer" in
    *"(404)"*) ;;
    *) echo "$answer" >&2; exit 1 ;;
  esac
fi
set -e
file="$(mktemp)"
printf '%s' "$AIRGO_DATA" > "$file"
aws s3api put-object --bucket "$AIRGO_BUCKET" --key "$AIRGO_KEY" --body "$file" \
  ${AIRGO_ENCRYPT:+--server-side-encryption AES256} ${AIRGO_ACL:+--acl "$AIRGO_ACL"}
