# Delete objects of a bucket: those named, else all below a prefix (or several).
import urllib.parse

STORAGE = f"https://storage.googleapis.com/storage/v1/b/{urllib.parse.quote(setting('BUCKET'), safe='')}/o"


def below(prefix):
    """The names of all objects below a prefix."""
    page = ""
    while page is not None:
        query = urllib.parse.urlencode({"prefix": prefix, "fields": "nextPageToken,items(name)", "pageToken": page})
        answer = google("GET", f"{STORAGE}?{query}")
        yield from (item["name"] for item in answer.get("items", []))
        page = answer.get("nextPageToken")


names, prefix = setting("OBJECTS"), setting("PREFIX")
if names is None:
    if prefix is None:
        raise SystemExit("neither objects nor a prefix are given")
    names = [name for one in ([prefix] if isinstance(prefix, str) else prefix) for name in below(one)]
token = json.loads(metadata("instance/service-accounts/default/token"))["access_token"]
for name in names:
    url = f"{STORAGE}/{urllib.parse.quote(name, safe='')}"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": "Bearer " + token}, method="DELETE")):
        print("deleted", name)
