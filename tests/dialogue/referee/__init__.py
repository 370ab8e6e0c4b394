"""The judges on trial: lawful conversations raise no alarm, broken ones do."""
