"""What people type on the pages of the foundation, checked. One file for each noun."""
