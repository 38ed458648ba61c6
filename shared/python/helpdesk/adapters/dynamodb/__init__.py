"""The DynamoDB adapters: tenants, keys, documents, embeddings, conversations and usage.

item_keys   the only module that builds keys, the tenant first in each
items       values as items, and back
writes      one conditional write, alone or as part of a transaction
database    the calls: errors translated, lost races and unprocessed keys tried again
cursors     where a page of a list ended
"""
