"""Source definitions: what each log or reference file looks like, and how it becomes a canonical table."""
