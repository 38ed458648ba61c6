"""The vectors of texts: each text of a tenant is embedded once, billed once, and kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from helpdesk.charging import estimated_tokens
from helpdesk.clock import Clock
from helpdesk.errors import Unavailable
from helpdesk.ids import TenantId
from helpdesk.passages import Vector
from helpdesk.ports import Embedder, EmbeddingCache, Ledger
from helpdesk.tariffs import Tariffs
from helpdesk.usage import UsageEvent, event_id

TEXTS_PER_CALL = 64

Texts = Mapping[str, str]
"""Texts by their content hash."""


@dataclass(frozen=True, slots=True)
class Want:
    """The texts that one billable piece of work needs; ``fact`` names it for ever."""

    fact: str
    subject: str
    texts: Texts


@dataclass(frozen=True, slots=True)
class TextVectors:
    """Looks vectors up, and embeds what is missing: billed first, then kept.

    A crash in between repeats the embedding, but not the bill.
    """

    cache: EmbeddingCache
    embedder: Embedder
    ledger: Ledger
    tariffs: Tariffs
    now: Clock

    def find(self, tenant: TenantId, wants: Sequence[Want]) -> Mapping[str, Vector]:
        """The vectors by content hash; when the model fails midway, those of whole wants only.

        Raises Unavailable when the cache or the ledger can't be reached.
        """
        texts = {hash_: text for want in wants for hash_, text in want.texts.items()}
        if not texts:
            return {}
        known = self.cache.get_many(tenant, self.embedder.model, texts.keys())
        fresh = self._embed({h: text for h, text in texts.items() if h not in known})
        found = {**known, **fresh}
        whole = [want for want in wants if want.texts.keys() <= found.keys()]
        unbilled = set(fresh)
        for want in whole:
            if own := unbilled & want.texts.keys():
                self._bill(tenant, want, [want.texts[hash_] for hash_ in own])
                unbilled -= own
        # What no whole want has paid for is embedded again when its work comes again.
        paid = {hash_: vector for hash_, vector in fresh.items() if hash_ not in unbilled}
        if paid:
            self.cache.put_many(tenant, self.embedder.model, paid)
        return {**known, **paid}

    def _embed(self, texts: Texts) -> Mapping[str, Vector]:
        # Texts of about the same length together: a batch costs what its longest text costs.
        ordered = sorted(texts, key=lambda hash_: len(texts[hash_]))
        found: dict[str, Vector] = {}
        for batch in _slices(ordered, TEXTS_PER_CALL):
            try:
                vectors = self.embedder.embed([texts[hash_] for hash_ in batch])
            except Unavailable:
                break
            found.update(zip(batch, vectors, strict=True))
        return found

    def _bill(self, tenant: TenantId, want: Want, texts: Sequence[str]) -> None:
        tokens = sum(estimated_tokens(len(text)) for text in texts)
        now = self.now()
        tariff = self.tariffs.at(tenant, now)
        event = UsageEvent(
            id=event_id(want.fact),
            tenant=tenant,
            type="embedding",
            subject=want.subject,
            occurred_at=now,
            plan=tariff.plan.ref,
            price_version=tariff.prices.version,
            lines=(tariff.line("embedding_tokens", tokens, self.embedder.model),),
            estimated=True,
        )
        self.ledger.record(event)


def _slices(hashes: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (hashes[begin : begin + size] for begin in range(0, len(hashes), size))
