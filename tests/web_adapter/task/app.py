"""The chat function's app over fakes, with a model to which the test dictates."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Sequence
from typing import cast

from helpdesk.edge.chat_app import create_app
from helpdesk.identity import Authenticator
from helpdesk.ids import KeyId
from helpdesk.keys import Key, Role, hash_key
from helpdesk.model import Message, Piece, Said, ToolOffer
from helpdesk.ports import LanguageModel
from helpdesk.visitor_tokens import VisitorTokens
from tests.fakes.keys import MemoryKeys
from tests.fakes.language_model import ScriptedModel
from tests.fakes.platform_keys import MemoryPlatformKeys
from tests.fakes.root_secrets import MemoryRootSecrets
from tests.unit.chat.world import NOW, TENANT, World
from tests.web_adapter.dictation import MODEL_PORT, SECRET


class DictatedModel:
    """A LanguageModel that says each piece when, and only when, the test has sent it."""

    model = "dictated-1"

    async def stream(
        self, _: Sequence[Message], __: Sequence[ToolOffer] = ()
    ) -> AsyncGenerator[Said, None]:
        """One connection to the test for each answer; it ends the answer by closing it."""
        pieces, hang_up = await asyncio.open_connection("127.0.0.1", int(os.environ[MODEL_PORT]))
        try:
            async for piece in pieces:
                yield Piece(json.loads(piece))
        finally:
            hang_up.close()


def _authenticator() -> Authenticator:
    keys = MemoryKeys()
    keys.add(Key(KeyId("key_1"), TENANT, Role.SECRET, hash_key(SECRET), SECRET[:6], NOW))
    tokens = VisitorTokens(MemoryRootSecrets(), lambda: NOW)
    return Authenticator(keys, MemoryPlatformKeys(), tokens)


_model: LanguageModel = DictatedModel()
_world = World(cast(ScriptedModel, _model), turn_seconds=60)
_admission = _authenticator()
app = create_app(lambda: _world.chat, lambda: _admission)
