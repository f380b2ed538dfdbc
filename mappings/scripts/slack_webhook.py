# Post a message to a Slack webhook; the connection's password is the token, or the whole address.
import urllib.request

found = connection()
token = found.get("password") or ""
if "://" not in token:
    host = found.get("host") or "hooks.slack.com/services"
    base = host if "://" in host else f"{found.get('schema') or 'https'}://{host}"
    token = base.rstrip("/") + "/" + token.lstrip("/")
body = json.dumps(setting("MESSAGE")).encode()
request = urllib.request.Request(token, data=body, headers={"Content-Type": "application/json"})
with urllib.request.urlopen(request) as response:
    print(response.status, response.read().decode())
