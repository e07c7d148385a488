"""Reading sheets that people made. Pure: no table of ours and no network, Django's translations alone.

Here: cells and CSV files, every fault named before anything is written. To come, for the roster of residents and for
set-up alike: Excel, columns guessed from their headers, a preview, undo, limits for hostile files.
"""
