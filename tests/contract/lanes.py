"""The lanes of the contract suite by name; a test has all that can serve its port."""

import os

import pytest

DYNOXIDE = os.environ.get("DYNOXIDE", "")
"""The program of one more DynamoDB, of other people's making: 'make test-dynoxide' names it."""

OPTIONAL = ["dynoxide"] if DYNOXIDE else []

LANES = ["fake", "moto", "ministack"]
WITHOUT_DYNAMODB = ["fake", "moto", "ministack", "local_stack"]
"""The ports that LocalStack serves too: its DynamoDB would need a download."""

AT_ONCE = pytest.mark.parametrize("cloud", ["fake", "ministack", *OPTIONAL], indirect=True)
"""Without moto, whose transactions are not atomic between threads."""
