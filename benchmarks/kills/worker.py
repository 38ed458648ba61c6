"""The processes that are killed: whoever proposes, queues, executes and reconciles."""

import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from benchmarks.kills.board import Board
from benchmarks.kills.hurry import hurry, queue_clock
from benchmarks.kills.parts import Note, Parts, Where
from benchmarks.kills.wishes import Plan
from helpdesk.acting import Proposal
from helpdesk.actions import ActionStatus
from helpdesk.adapters.dynamodb.changes import action_works_of
from helpdesk.errors import HelpdeskError
from helpdesk.events import ActionWork

Role = Literal["worker", "proposer", "relay", "reconciler"]

_RECENT = 40
_QUEUE_FAILS = 0.3
_SWEEP_SECONDS = 0.5
_POLL_SECONDS = 0.1
_REJECTED = 0.1


@dataclass(frozen=True, slots=True)
class Post:
    """What a process is there for. Slot 0 of the board says how many wishes there are by now."""

    role: Role
    slot: int
    slots: int
    where: Where
    plan: Plan


def serve(post: Post) -> None:
    """Does it until it is killed."""
    hurry()
    board = Board(post.where.board, post.slots)

    def note(doing: str) -> None:
        board.write(post.slot, doing)

    note("starts")
    fails = _QUEUE_FAILS if post.role == "proposer" else 0.0
    _WORK[post.role](post, Parts(post.where, note, queue_clock, fails), board, note)


def want(parts: Parts, wish: Proposal) -> None:
    """A customer's wish, and the yes or no that follows."""
    action = parts.acting.propose(wish)
    if action.status is ActionStatus.AWAITING_CONFIRMATION:
        no = random.Random(wish.request).random() < _REJECTED
        parts.acting.decide(action.tenant, action.id, "reject" if no else "approve", "customer")


def _propose(post: Post, parts: Parts, board: Board, note: Note) -> None:
    while True:
        newest = int(board.read(0))
        number = random.randrange(max(0, newest - _RECENT), newest)
        with suppress(HelpdeskError):
            want(parts, post.plan.wish(number))
        note("idle")
        time.sleep(random.uniform(0, 2 * _POLL_SECONDS))


def _work(post: Post, parts: Parts, board: Board, note: Note) -> None:
    queue = post.where.queue_url
    while True:
        note("idle")
        answer = parts.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            work = ActionWork.model_validate_json(message["Body"])
            with suppress(HelpdeskError):
                parts.execution.run(work.tenant, work.action)
                note("deletes its message")
                _delete(parts, queue, message["ReceiptHandle"])


def _delete(parts: Parts, queue: str, handle: str) -> None:
    """Deletes a message, unless it took so long that somebody else has it by now."""
    try:
        parts.sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    except parts.sqs.exceptions.ReceiptHandleIsInvalid:
        return


def _relay(post: Post, parts: Parts, board: Board, note: Note) -> None:
    """What the table's stream tells becomes messages; after a death the last batch comes again."""
    streams = post.where.client("dynamodbstreams")
    table = post.where.client("dynamodb").describe_table(TableName="actions")["Table"]
    arn = table["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    checkpoint = post.where.board.with_name("checkpoint")
    beginning = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    iterator = checkpoint.read_text() if checkpoint.exists() else beginning["ShardIterator"]
    while True:
        note("reads the stream")
        told = streams.get_records(ShardIterator=iterator, Limit=100)
        try:
            parts.reconciling.queue(action_works_of(told["Records"]))
        except HelpdeskError:
            continue
        iterator = told["NextShardIterator"]
        note("writes its checkpoint")
        written = checkpoint.with_suffix(".new")
        written.write_text(iterator)
        written.replace(checkpoint)
        note("idle")
        if not told["Records"]:
            time.sleep(_POLL_SECONDS)


def _reconcile(post: Post, parts: Parts, board: Board, note: Note) -> None:
    while True:
        with suppress(HelpdeskError):
            parts.reconciling.sweep()
        note("idle")
        time.sleep(_SWEEP_SECONDS)


_WORK: Mapping[Role, Callable[[Post, Parts, Board, Note], None]] = {
    "proposer": _propose,
    "worker": _work,
    "relay": _relay,
    "reconciler": _reconcile,
}
