"""The words that options take. Repeated here, so that `audit --help` need not import what defines them; a test compares."""

LEVELS = ("informational", "low", "medium", "high", "critical")
STATUSES = ("new", "updated", "unchanged")
PURPOSES = ("self-monitoring", "lawfulness", "security", "criminal-proceedings")
OUTCOMES = ("explained", "false-alarm", "advice", "training", "misconduct", "gross-misconduct", "criminal")
FORMATS = ("table", "json", "ndjson", "csv")
ENGINES = ("duckdb", "spark")
FORMS = ("html", "xlsx", "csv", "ocsf")
STATES = ("explained", "weak", "unexplained", "unjudged")
STRATA = ("user", "unit", "system")
