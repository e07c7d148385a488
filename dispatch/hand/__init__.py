"""By hand: what a dispatcher may choose, and the writing of it."""
