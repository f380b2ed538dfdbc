# Run spark-submit as Airflow's SparkSubmitHook does: the master and its defaults come from the connection.
import sys

found = connection()
extra = found["extra"]
options = setting("OPTIONS", {})
master = f"{found.get('host')}:{found['port']}" if found.get("port") else found.get("host") or "yarn"
mode = options.get("deploy-mode") or extra.get("deploy-mode") or extra.get("deploy_mode")
if mode == "cluster" and master.startswith("spark://"):
    sys.exit("a standalone master in cluster mode ends spark-submit at once; use client mode or a SparkApplication")
if mode:
    options["deploy-mode"] = mode
if extra.get("queue"):
    options.setdefault("queue", extra["queue"])
configuration = dict(setting("CONF") or {})
if master.startswith("k8s://") and extra.get("namespace"):
    configuration["spark.kubernetes.namespace"] = extra["namespace"]
for name, value in (setting("ENVIRONMENT") or {}).items():
    if master.startswith("k8s://"):
        configuration[f"spark.kubernetes.driverEnv.{name}"] = value
    elif mode == "cluster" and "yarn" in master:
        configuration[f"spark.yarn.appMasterEnv.{name}"] = value
    else:
        os.environ[name] = str(value)
os.environ["PATH"] += os.pathsep + "/opt/spark/bin"
command = [setting("BINARY") or extra.get("spark-binary") or extra.get("spark_binary") or "spark-submit", "--master", master]
for name, value in configuration.items():
    command += ["--conf", f"{name}={value}"]
for name, value in options.items():
    command += [f"--{name}", str(value)]
if setting("VERBOSE", False):
    command.append("--verbose")
command.append(setting("APPLICATION"))
command += [str(argument) for argument in setting("ARGUMENTS") or []]
print(" ".join(command), flush=True)
os.execvp(command[0], command)
