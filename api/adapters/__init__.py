"""Doors for the clients of other products: their API over our services. Off unless the settings name them.

Each is an application of its own, beside the API's document: its shape is another product's, as of one version,
and its errors look as that product's clients expect them. What we have nothing like answers that it is switched
off, and refuses to be switched on.
"""
