"""Pure arithmetic on outcomes and the rules of a verdict: no Django, no I/O, no clock."""
