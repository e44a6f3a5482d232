"""Outcomes: every metric, each metric's schools, each school, and spending beside outcomes; reads trends only."""
