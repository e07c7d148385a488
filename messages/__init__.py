"""Messages that leave the house: outgoing rows, providers, one task that delivers, texts with as few data as will do.

Nothing lives here yet. It stands just above core, so that whoever owns a fact writes its message in the same
transaction;
nobody waits for a provider. When it becomes a Django app its label is `outgoing`: `messages` is Django's own.
"""
