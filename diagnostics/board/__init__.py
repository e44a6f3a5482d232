"""The board's page: goals, dollars and initiatives in words, never a school or a student."""
