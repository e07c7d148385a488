"""Setting a district up: what is missing and what cannot work without it, posts, slips, the sheets read in.

Nothing lives here yet. Each lower app will offer its own `sheets.py` (columns of a table to its own services) and plain
pages to edit one row; this floor holds only the list of tasks above them, and `drill/city` will load the demo the same
way.
"""
