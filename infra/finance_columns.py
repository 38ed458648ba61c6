"""The columns of closed months' Parquet files, as Glue's catalogue describes them.

The product writes the files; a test holds these lists against what it writes.
"""

USAGE_LINES = {
    "tenant": "string",
}

FOCUS = {
    "billedcost": "decimal(18,6)",
}
