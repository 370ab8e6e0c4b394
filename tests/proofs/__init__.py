"""The whole system: by exhaustion, at random, in storms. `make test` holds a share of it, commands the rest."""
