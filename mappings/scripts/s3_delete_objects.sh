# Delete objects: the keys, one a line, or all whose keys start with a prefix.
set -e
if [ -n "$AIRGO_PREFIX" ]; then
  AIRGO_KEYS="$(aws s3api list-objects-v2 --bucket "$AIRGO_BUCKET" --prefix "$AIRGO_PREFIX" \
    --query 'not_null(Contents, `[]`)[].[Key]' --output text)"
fi
while IFS= read -r key; do
  if [ -n "$key" ]; then aws s3api delete-object --bucket "$AIRGO_BUCKET" --key "$key"; fi
done <<< "$AIRGO_KEYS"
