# Send one mail, as Airflow's SmtpHook does: TLS from the start unless the connection's extra says disable_ssl.
import email.message
import email.utils
import smtplib


def addresses(value):
    """Recipients: a list, or a text with commas or semicolons between them."""
    items = value if isinstance(value, list) else (value or "").replace(";", ",").split(",")
    return [item.strip() for item in items if item.strip()]


found = connection()
extra = found["extra"]
sender = setting("FROM") or extra.get("from_email")
if not sender:
    raise SystemExit("neither from_email nor the connection's extra says who sends the mail")
message = email.message.EmailMessage()
message["Subject"], message["From"], message["Date"] = setting("SUBJECT"), sender, email.utils.formatdate(localtime=True)
message["To"] = ", ".join(addresses(setting("TO")))
if setting("CC"):
    message["Cc"] = ", ".join(addresses(setting("CC")))
for name, value in (setting("HEADERS") or {}).items():
    message[name] = value
message.set_content(setting("CONTENT"), subtype="html", charset=setting("CHARSET", "utf-8"))
recipients = [address for name in ("TO", "CC", "BCC") for address in addresses(setting(name))]
encrypted = not extra.get("disable_ssl", False)
client = smtplib.SMTP_SSL if encrypted else smtplib.SMTP
with client(found["host"], int(found.get("port") or (465 if encrypted else 25)), timeout=int(extra.get("timeout", 30))) as server:
    if not encrypted and not extra.get("disable_tls", False):
        server.starttls()
    if found.get("login"):
        server.login(found["login"], found.get("password") or "")
    server.send_message(message, from_addr=sender, to_addrs=recipients)
print("sent to", ", ".join(recipients))
