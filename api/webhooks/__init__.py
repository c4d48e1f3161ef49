"""Webhooks: the few events that a person wants to be told of, sent to where he says."""
