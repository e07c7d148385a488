"""What only containers need: roles at the first start, and the health check."""
