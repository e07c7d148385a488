"""The way home: called, kept, in company, handed on between houses."""
