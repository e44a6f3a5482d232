"""The database as a server: its roles, programs, backup and restore. No model, no district."""
