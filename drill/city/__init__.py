"""A city folder read into the database: divisions, communities, facilities, vehicles, residents."""
