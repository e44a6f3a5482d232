"""File kinds of money: state exports, any ledger or budget, chart-of-accounts lists."""
