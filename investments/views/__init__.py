"""Pages of the budget, a file a noun; must not hold rules or queries."""
