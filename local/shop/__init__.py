"""The sample shop: the invented outdoor shop Larkfell, which the agent's tools call over HTTP.

It is what a careful provider would be: a refund and the outcome kept for its key are one
transaction. It can be told to misbehave (see ``faults``), so that its callers can show what they
do then. Nothing outside ``local/`` imports it.
"""
