"""The cabinet's home: goals, dollars, verdicts in words, what needs someone."""
