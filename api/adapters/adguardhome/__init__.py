"""The operations of AdGuard Home v0.107 that its clients call, under `/control`."""
