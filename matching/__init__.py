"""Match requests to facilities, slots and vehicles: ``Problem -> solve -> Plan``.

The package knows nothing of Django or of the apps. ``dispatch`` builds a `Problem` from the database, calls
`solve`, and applies the `Plan` through its services. Read `solve.py` first.
"""
