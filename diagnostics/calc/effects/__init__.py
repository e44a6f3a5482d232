"""Estimates of an effect, by design; nothing here reads a table, a clock or a seed of its own."""
