"""The read side of the foundation: people, organisation, audit, keys. One file for each noun."""
