"""The part that delivers: one consent, one ticket, whatever breaks (R12, R13). It knows no conversation and no page."""
