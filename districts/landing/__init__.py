"""A file arrives: read as text, kept by its hash, checked, imported. Knows no business subject."""
