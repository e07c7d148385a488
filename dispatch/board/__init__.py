"""The board read: rows, lanes, panel, map."""
