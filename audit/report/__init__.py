"""Reports: what is published, and how it is read again. Knows no database and no detector."""
