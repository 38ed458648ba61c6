"""The bodies that the shop takes, as pydantic models."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from local.shop.amounts import AMOUNT_PATTERN, cents

ORDER_PATTERN = "^LF-[0-9]{4}$"
CUSTOMER_PATTERN = "^cus_[a-z0-9]{1,40}$"


def _more_than_nothing(amount: str) -> str:
    if cents(amount) == 0:
        raise ValueError("must be more than 0.00")
    return amount


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OrderRequest(_Body):
    """Something about an order, wanted by a customer."""

    order_id: Annotated[str, StringConstraints(pattern=ORDER_PATTERN)]
    customer_id: Annotated[str, StringConstraints(pattern=CUSTOMER_PATTERN)]


class RefundRequest(OrderRequest):
    """``POST /refunds``."""

    amount: Annotated[
        str, StringConstraints(pattern=AMOUNT_PATTERN), AfterValidator(_more_than_nothing)
    ]
    reason: Annotated[str, StringConstraints(max_length=200)] | None = None
