"""Pure calculations of what a district decided: no Django, no clock."""
