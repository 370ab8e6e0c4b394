"""Tables, migrations, declarations and the unit of work, on SQLite and PostgreSQL alike."""
