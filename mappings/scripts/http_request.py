# One HTTP request as Airflow's HttpHook makes it: the address from the connection, errors for 4xx and 5xx.
import base64
import ssl
import urllib.error
import urllib.request


OPTIONS = {"timeout", "verify", "check_response"}
ELSEWHERE = {"proxies", "stream", "allow_redirects", "cert", "max_redirects", "trust_env"}


class NoContentType(urllib.request.BaseHandler):
    """Text is sent without a Content-Type, as the requests library does; urllib would call it a form."""

    handler_order = 600

    def http_request(self, asked):
        asked.unredirected_hdrs.pop("Content-type", None)
        return asked

    https_request = http_request


def address(found, endpoint):
    """The URL: the connection's host (with its protocol, or `schema`), port, and the endpoint."""
    host = found.get("host") or ""
    base = host if "://" in host else f"{found.get('schema') or 'http'}://{host}"
    if found.get("port"):
        base += f":{found['port']}"
    if endpoint and not base.endswith("/") and not endpoint.startswith("/"):
        base += "/"
    return base + (endpoint or "")


def request():
    """Make the request of the settings; gives the response's text. Raises urllib.error.HTTPError."""
    found = connection()
    method, data = setting("METHOD", "POST").upper(), setting("DATA")
    options = {name: value for name, value in found["extra"].items() if name in OPTIONS | ELSEWHERE} | (setting("OPTIONS") or {})
    unknown = sorted(set(options) - OPTIONS)
    if unknown:
        raise ValueError(f"the options {unknown} are not carried over")
    url = address(found, setting("ENDPOINT"))
    extra = {name: value for name, value in found["extra"].items() if name not in OPTIONS | ELSEWHERE}
    headers = {str(key): str(value) for key, value in {**extra, **(setting("HEADERS") or {})}.items()}
    body, handlers = None, []
    if method in ("GET", "HEAD"):
        if data:
            url += ("&" if "?" in url else "?") + (data if isinstance(data, str) else urllib.parse.urlencode(data, doseq=True))
    elif isinstance(data, dict):
        body = urllib.parse.urlencode(data, doseq=True).encode()
    elif data is not None:
        body, handlers = data.encode(), [NoContentType()]
    if found.get("login"):
        secret = f"{found['login']}:{found.get('password') or ''}"
        headers["Authorization"] = "Basic " + base64.b64encode(secret.encode()).decode()
    context = ssl.create_default_context()
    if options.get("verify") is False:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    asked = urllib.request.Request(url, data=body, headers=headers, method=method)
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), *handlers)
    try:
        with opener.open(asked, timeout=options.get("timeout")) as response:
            return response.read().decode(response.headers.get_content_charset() or "utf-8", errors="replace")
    except urllib.error.HTTPError as error:
        if options.get("check_response") is False:
            return error.read().decode("utf-8", errors="replace")
        raise
