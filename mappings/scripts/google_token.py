# The identity of the pod on Google Cloud, from its metadata server.
import urllib.error
import urllib.request

METADATA = "http://metadata.google.internal/computeMetadata/v1/"


def metadata(path):
    """What the metadata server says at a path."""
    request = urllib.request.Request(METADATA + path, headers={"Metadata-Flavor": "Google"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return response.read().decode()


def google(method, url, body=None):
    """Call one of Google's APIs as the pod's service account; gives the answer's JSON."""
    token = json.loads(metadata("instance/service-accounts/default/token"))["access_token"]
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{method} {url}: {error.code} {error.read().decode(errors='replace')}") from error
