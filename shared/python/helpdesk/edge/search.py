"""Search: retrieval alone, as the agent sees it."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import ConfigDict, Field

from helpdesk.edge.answers import Answer
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.requests import Request
from helpdesk.passages import Found


class SearchIn(Request):
    """What to look for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": "How long do refunds take?", "limit": 5}]}
    )
    query: Annotated[str, Field(min_length=1, max_length=2000)]
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class PassageOut(Answer):
    """A passage of a published document."""

    document_id: str
    title: str
    url: str | None
    heading: str | None
    page: int | None
    text: str
    score: float

    @classmethod
    def of(cls, found: Found) -> "PassageOut":
        """A found passage at the border."""
        return cls(
            document_id=found.passage.document,
            title=found.title,
            url=found.url,
            heading=found.passage.heading,
            page=found.passage.page,
            text=found.passage.text,
            score=found.score,
        )


class PassagesOut(Answer):
    """The passages that were found, best first."""

    items: Sequence[PassageOut]


def search(services: Services, call: Call) -> PassagesOut:
    """The best passages for a query."""
    body: SearchIn = call.body
    found = services.retrieval().search(call.tenant, body.query, body.limit)
    return PassagesOut(items=[PassageOut.of(each) for each in found])


OPERATIONS = (
    Operation(
        "POST",
        "/v1/search",
        "search",
        "Retrieval alone: the passages that the agent would be given.",
        "Documents",
        search,
        body=SearchIn,
        answer=PassagesOut,
    ),
)
