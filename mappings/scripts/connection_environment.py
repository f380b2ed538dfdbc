# Write the connection as shell variables for the client that runs next.
import shlex

found = connection()
host, port, extra = found.get("host"), found.get("port"), found["extra"]
database = os.environ.get("AIRGO_DATABASE") or found.get("schema")
variables = {
    "AIRGO_SCHEMA": database or "",
    "PGHOST": host,
    "PGPORT": port,
    "PGUSER": found.get("login"),
    "PGPASSWORD": found.get("password"),
    "PGDATABASE": database,
    "PGSSLMODE": extra.get("sslmode"),
    "PGOPTIONS": extra.get("options"),
    "PGCONNECT_TIMEOUT": extra.get("connect_timeout"),
}
lines = [f"export {name}={shlex.quote(str(value))}\n" for name, value in variables.items() if value is not None]
with open("/airgo/connection/environment", "w") as file:
    file.writelines(lines)
with open("/airgo/connection/my.cnf", "w") as file:
    options = {"host": host, "port": port, "user": found.get("login"), "password": found.get("password")}
    quoted = {name: str(value).replace("\\", "\\\\").replace('"', '\\"') for name, value in options.items() if value is not None}
    file.write("[client]\n" + "".join(f'{name} = "{value}"\n' for name, value in quoted.items()))
