"""Permissions, roles, the decorator of every district page, sign-in rules."""
