"""What goes over the wire, a noun a file. Inputs refuse unknown fields."""
