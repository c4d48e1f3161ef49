"""The operations of Pi-hole v6 that its clients call, under `/api`."""
