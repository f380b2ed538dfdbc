"""Tasks that run in the user's Airflow image: strategy `airflow-image`, for what no mapping and no slice can say."""
