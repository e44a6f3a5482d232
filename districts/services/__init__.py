"""The write side of the foundation: people, organisation, keys. One file for each noun."""
