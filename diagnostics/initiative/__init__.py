"""The page of one initiative: cost, outcome, verdict, where it comes from."""
