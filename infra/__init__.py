"""What AWS is told: stages (values), stacks (composition), one construct per capability, parts.

Imports aws_cdk, constructs and itself only: the product and its functions are paths and strings.
"""
