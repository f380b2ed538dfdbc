# A load job as Airflow's GCSToBigQueryOperator makes it.
FORMATS = {
    "CSV": {
        "allowJaggedRows",
        "allowQuotedNewlines",
        "autodetect",
        "fieldDelimiter",
        "skipLeadingRows",
        "ignoreUnknownValues",
        "nullMarker",
        "quote",
        "encoding",
        "preserveAsciiControlCharacters",
    },
    "DATASTORE_BACKUP": {"projectionFields"},
    "NEWLINE_DELIMITED_JSON": {"autodetect", "ignoreUnknownValues"},
    "PARQUET": {"autodetect", "ignoreUnknownValues"},
    "AVRO": {"useAvroLogicalTypes"},
    "ORC": {"autodetect"},
}

given = setting("LOAD")
kind = given["source_format"].upper()
if kind not in FORMATS:
    raise SystemExit(f"{kind} is not a format that BigQuery loads")
load = {
    "autodetect": given["autodetect"],
    "createDisposition": given["create_disposition"],
    "destinationTable": table(given["destination_project_dataset_table"]),
    "sourceFormat": kind,
    "sourceUris": [f"gs://{given['bucket']}/{name}" for name in given["source_objects"]],
    "writeDisposition": given["write_disposition"],
    "ignoreUnknownValues": given["ignore_unknown_values"],
}
if given.get("schema_fields"):
    load["schema"] = {"fields": given["schema_fields"]}
elif not given["autodetect"] and kind not in ("AVRO", "PARQUET", "ORC", "DATASTORE_BACKUP"):
    raise SystemExit("the table needs schema_fields or autodetect")
described = {name: given[name] for name in ("description", "labels") if given.get(name)}
if described:
    load["destinationTableProperties"] = described
if given.get("time_partitioning"):
    load["timePartitioning"] = given["time_partitioning"]
if given.get("cluster_fields"):
    load["clustering"] = {"fields": given["cluster_fields"]}
if given.get("schema_update_options"):
    load["schemaUpdateOptions"] = given["schema_update_options"]
if given.get("max_bad_records"):
    load["maxBadRecords"] = given["max_bad_records"]
if given.get("encryption_configuration"):
    load["destinationEncryptionConfiguration"] = given["encryption_configuration"]
specific = {
    "skipLeadingRows": given.get("skip_leading_rows"),
    "fieldDelimiter": given["field_delimiter"],
    "ignoreUnknownValues": given["ignore_unknown_values"],
    "quote": given.get("quote_character"),
    "allowQuotedNewlines": given["allow_quoted_newlines"],
    "encoding": given["encoding"],
    **(given.get("src_fmt_configs") or {}),
}
load.update({name: value for name, value in specific.items() if name in FORMATS[kind] and value is not None})
if given["allow_jagged_rows"] and kind == "CSV":
    load["allowJaggedRows"] = True
run({"load": load})
