"""What `./dev` runs: databases from wheels, the product's processes, the tests and the checks."""
