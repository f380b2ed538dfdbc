def hand_on(value):
    """Write the value for the tasks that read it, as JSON that Argo leaves alone."""
    os.makedirs("/tmp/airgo", exist_ok=True)
    with open("/tmp/airgo/return-value", "w") as file:
        file.write(json.dumps(value).replace("{" * 2, "{\\u007b").replace("$", "\\u0024"))
