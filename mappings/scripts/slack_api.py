# Call chat.postMessage; the connection's password is the token.
import urllib.request

headers = {"Authorization": f"Bearer {connection().get('password')}", "Content-Type": "application/json; charset=utf-8"}
body = json.dumps(setting("MESSAGE")).encode()
request = urllib.request.Request("https://slack.com/api/chat.postMessage", data=body, headers=headers)
with urllib.request.urlopen(request) as response:
    answer = json.load(response)
print(answer)
if not answer.get("ok"):
    raise SystemExit(f"Slack refused the message: {answer.get('error')}")
