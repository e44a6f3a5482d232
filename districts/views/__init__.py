"""Pages of the foundation: entrance, account, administration. One file for each noun."""
