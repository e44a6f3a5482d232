"""Pages of strategy, a file a noun; must not hold rules or queries."""
