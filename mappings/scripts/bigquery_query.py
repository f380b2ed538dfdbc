# Queries, one job after the other, as Airflow's BigQueryExecuteQueryOperator makes them.
given = setting("QUERY")
for sql in given["sql"]:
    query = {**given["query"], "query": sql}
    if given.get("destination"):
        query["destinationTable"] = table(given["destination"])
        query["writeDisposition"], query["createDisposition"] = given["writeDisposition"], given["createDisposition"]
    if "queryParameters" in query:
        query["parameterMode"] = "NAMED" if "name" in query["queryParameters"][0] else "POSITIONAL"
    configuration = {"query": query}
    if given.get("labels"):
        configuration["labels"] = given["labels"]
    run(configuration)
