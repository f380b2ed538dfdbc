# Copy one object. A key is a full s3:// address, or one in the bucket that is named beside it.
set -e
if [ -z "$AIRGO_FROM_BUCKET" ]; then
  address="${AIRGO_FROM_KEY#s3://}"
  AIRGO_FROM_BUCKET="${address%%/*}"
  AIRGO_FROM_KEY="${address#*/}"
fi
if [ -z "$AIRGO_TO_BUCKET" ]; then
  address="${AIRGO_TO_KEY#s3://}"
  AIRGO_TO_BUCKET="${address%%/*}"
  AIRGO_TO_KEY="${address#*/}"
fi
aws s3api copy-object --copy-source "$AIRGO_FROM_BUCKET/$AIRGO_FROM_KEY" --bucket "$AIRGO_TO_BUCKET" --key "$AIRGO_TO_KEY" \
  --acl "$AIRGO_ACL" ${AIRGO_DIRECTIVE:+--metadata-directive "$AIRGO_DIRECTIVE"}
