"""Reviews and decisions: the evidence in one place, cabinet's recommendation, dollars moved, the board's action."""
