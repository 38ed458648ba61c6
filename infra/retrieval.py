"""Where passages are found: OpenSearch on AWS, a folder of SQLite files elsewhere."""

from typing import Protocol

from constructs import Construct

from infra.opensearch_domain import OpenSearchDomain
from infra.opensearch_serverless import OpenSearchServerless
from infra.parts.function import Function
from infra.stages import Stage


class PassageIndex(Protocol):
    """A place for passages that functions may be let into."""

    def searched_by(self, function: Function) -> None:
        """Lets a function search, and tells it where."""

    def written_by(self, function: Function) -> None:
        """Lets a function search, add and remove, and tells it where."""


class EmbeddedIndex:
    """A folder on the machine that the functions run on: nothing to deploy."""

    def __init__(self, stage: Stage) -> None:
        self._folder = stage.index_folder

    def searched_by(self, function: Function) -> None:
        """Tells a function the folder."""
        function.use_clients()
        function.add_environment("INDEX_FOLDER", self._folder)

    written_by = searched_by


def passage_index(scope: Construct, stage: Stage) -> PassageIndex:
    """The index that the stage asks for."""
    match stage.search:
        case "embedded":
            return EmbeddedIndex(stage)
        case "serverless":
            return OpenSearchServerless(scope, "PassageIndex", stage)
        case "domain":
            return OpenSearchDomain(scope, "PassageIndex", stage)
