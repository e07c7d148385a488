"""The engine asked: the question read, solved, explained, and its plan written."""
