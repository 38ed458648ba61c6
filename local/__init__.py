"""What stands in for AWS and the world on one machine. Nothing in functions, shared or infra
imports it.
"""
