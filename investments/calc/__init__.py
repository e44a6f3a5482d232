"""Pure money arithmetic: no Django, no I/O, no clock."""
