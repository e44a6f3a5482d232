"""The forms of the budget: what a person asks for or types; the rules are the services'."""
