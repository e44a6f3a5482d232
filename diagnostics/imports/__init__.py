"""File kinds of results: rates with their counts by school, year and group."""
