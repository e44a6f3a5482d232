"""The demo district: what it is made of, and how it is built through the product's own services."""
