"""Findings of cdk-nag that are meant to be so, each with its reason."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Says why a finding of AwsSolutions stands; the rule as cdk-nag names it (``SQS3``)."""
    finding = f"AwsSolutions::AwsSolutions-{rule}"
    Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=reason))
