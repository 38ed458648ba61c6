"""What a tenant's invoices say, as the API takes and shows it."""

from typing import Annotated

from pydantic import ConfigDict, Field

from helpdesk.edge.answers import Answer
from helpdesk.edge.requests import Request
from helpdesk.tenants import BillingDetails

_Line = Annotated[str, Field(min_length=1, max_length=200)]


class BillingDetailsIn(Request):
    """What a tenant's invoices name, and the tax that they bear.

    ``tax_basis_points`` is the rate in hundredths of a percent; where it is 0, ``tax_note`` says
    why.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "legal_name": "Acme Outdoor GmbH",
                    "address": ["Bergweg 1", "80331 München", "Germany"],
                    "tax_id": "DE123456789",
                    "tax_name": "USt",
                    "tax_basis_points": 1900,
                }
            ]
        }
    )
    legal_name: _Line
    address: Annotated[tuple[_Line, ...], Field(max_length=10)] = ()
    tax_id: Annotated[str, Field(max_length=50)] = ""
    tax_name: Annotated[str, Field(min_length=1, max_length=20)] = "VAT"
    tax_basis_points: Annotated[int, Field(ge=0, le=10_000)] = 0
    tax_note: Annotated[str, Field(max_length=200)] = ""

    def details(self) -> BillingDetails:
        """It as tenants have it."""
        return BillingDetails(
            legal_name=self.legal_name,
            address=self.address,
            tax_id=self.tax_id,
            tax_name=self.tax_name,
            tax_basis_points=self.tax_basis_points,
            tax_note=self.tax_note,
        )


class BillingDetailsOut(Answer):
    """What a tenant's invoices name, and the tax that they bear."""

    legal_name: str
    address: tuple[str, ...]
    tax_id: str
    tax_name: str
    tax_basis_points: int
    tax_note: str

    @classmethod
    def of(cls, details: BillingDetails) -> "BillingDetailsOut":
        """Details at the border."""
        return cls(
            legal_name=details.legal_name,
            address=details.address,
            tax_id=details.tax_id,
            tax_name=details.tax_name,
            tax_basis_points=details.tax_basis_points,
            tax_note=details.tax_note,
        )
