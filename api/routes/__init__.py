"""The operations, a noun a file. They parse, call and present; what is done is in `gateway`."""
