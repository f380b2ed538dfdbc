def table(name):
    """project.dataset.table, project:dataset.table or dataset.table; a partition may follow after `$`."""
    project, _, rest = name.rpartition(":")
    parts = rest.split(".")
    if len(parts) == 3:
        project, parts = parts[0], parts[1:]
    found = {"projectId": project or setting("PROJECT") or metadata("project/project-id")}
    return {**found, "datasetId": parts[0], "tableId": parts[1]}
