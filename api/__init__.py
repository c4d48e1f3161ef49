"""The control API and the panel: the role `panel`."""
