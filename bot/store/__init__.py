"""What is remembered: tables, the unit of work, migrations. SQLAlchemy appears here and in the outbox, nowhere else."""
