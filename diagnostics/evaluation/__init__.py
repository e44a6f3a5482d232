"""How an initiative will be judged and how well it is delivered: plans and check-ins. Must not judge."""
