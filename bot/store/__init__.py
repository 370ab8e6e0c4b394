"""What is remembered: tables, the unit of work, migrations, leases. Nothing here knows why a row is written; no word
enters unmasked (R17).
"""
