"""The arithmetic, in plain Python on flat arrays.

Imported as `matching.kernels` it runs as it stands; `matching.compiled` is the same source compiled by numba.
Only loops, scalars and flat indexing are used, so that both give the same answer to the last bit.
"""
