# One BigQuery job: start it, wait for its end, fail as it fails.
import time

BIGQUERY = "https://bigquery.googleapis.com/bigquery/v2/projects/"


def run(configuration):
    """Run a job of this configuration; its id is handed on."""
    project = setting("PROJECT") or metadata("project/project-id")
    location = setting("LOCATION")
    job = {"configuration": configuration, "jobReference": {"projectId": project}}
    if location:
        job["jobReference"]["location"] = location
    job = google("POST", f"{BIGQUERY}{project}/jobs", job)
    reference = job["jobReference"]
    print("started", reference["jobId"], flush=True)
    hand_on(reference["jobId"])
    url = f"{BIGQUERY}{reference['projectId']}/jobs/{reference['jobId']}?location={reference.get('location', '')}"
    while job["status"]["state"] != "DONE":
        time.sleep(4)
        job = google("GET", url)
    if "errorResult" in job["status"]:
        raise SystemExit(json.dumps(job["status"]["errorResult"]))
