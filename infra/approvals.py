"""A colleague is asked and reminded, and in the end not waited for: rule, machines, function."""

from typing import cast

from aws_cdk import CfnElement, Duration, Stack
from aws_cdk.aws_cloudwatch import Metric
from aws_cdk.aws_events import EventField, EventPattern, Rule, RuleTargetInput
from aws_cdk.aws_events_targets import SfnStateMachine
from aws_cdk.aws_stepfunctions import (
    Chain,
    Choice,
    Condition,
    DefinitionBody,
    Fail,
    IChainable,
    IntegrationPattern,
    IStateMachine,
    JsonPath,
    LogLevel,
    LogOptions,
    StateMachine,
    Succeed,
    TaskInput,
    TaskStateBase,
    Wait,
    WaitTime,
)
from aws_cdk.aws_stepfunctions_tasks import (
    LambdaInvoke,
    SqsSendMessage,
    StepFunctionsStartExecution,
)
from constructs import Construct

from infra.domain_events import DomainEvents
from infra.parts.acknowledged import acknowledge
from infra.parts.function import Function
from infra.parts.log import Log
from infra.parts.platform import Platform
from infra.parts.queue import DeadLetters
from infra.tables import Tables

_SOURCE = "helpdesk"
_TIMEOUT = Duration.seconds(30)

# Two hours of trying: the tables and the bus are back by then, or somebody is told.
_FIRST_PAUSE = Duration.seconds(2)
_TRIES = 12
_KNOWN = ["StepFunctions.ExecutionAlreadyExistsException", "ExecutionAlreadyExists"]
"""What says that the process runs or ran already: on AWS, and on the emulator."""


class Approvals(Construct):
    """Each action that waits for a colleague has one process, which bears its name.

    A rule's target can't name what it starts, and only a name makes a repeated event start nothing
    twice: hence a small machine before the long one.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        platform: Platform,
        *,
        tables: Tables,
        events: DomainEvents,
    ) -> None:
        super().__init__(scope, name)
        self._platform = platform
        self._function = Function(self, "approvals", platform, timeout=_TIMEOUT, memory_mb=512)
        tables.actions.written_by(self._function)
        tables.conversations.written_by(self._function)
        events.published_by(self._function)
        self._given_up = DeadLetters(self, "GivenUp", platform.monitoring)
        acknowledge(self._given_up, "SQS3", "It holds what was given up: it is the dead letters.")
        process = self._machine("Process", self._process())
        versions = f"IAM5[Resource::<{_logical_id(self._function)}.Arn>:*]"
        acknowledge(process, versions, "A function's versions are the function.")
        begin = self._machine("Begin", self._begin(process))
        reminders = [3600 * hours for hours in platform.stage.remind_after_hours]
        started = RuleTargetInput.from_object(
            {
                "tenant": EventField.from_path("$.detail.tenant"),
                "action": EventField.from_path("$.detail.subject"),
                "remind_after_seconds": reminders,
            }
        )
        Rule(
            self,
            "Asked",
            event_bus=events.bus,
            event_pattern=EventPattern(
                source=[_SOURCE],
                detail_type=["action.awaiting_confirmation"],
                detail={"data": {"asked_of": ["agent"]}},
            ),
            targets=[SfnStateMachine(begin, input=started, dead_letter_queue=self._given_up.queue)],
        )

    def _begin(self, process: IStateMachine) -> IChainable:
        start = StepFunctionsStartExecution(
            self,
            "Start the process",
            state_machine=process,
            integration_pattern=IntegrationPattern.REQUEST_RESPONSE,
            name=JsonPath.string_at("$.action"),
            input=TaskInput.from_json_path_at("$"),
        )
        begun = Succeed(self, "Begun")
        start.add_retry(errors=_KNOWN, max_attempts=0)
        start.add_catch(begun, errors=_KNOWN)
        return self._tried(start, "start").next(begun)

    def _process(self) -> IChainable:
        plan, remind, expire = (self._task(each) for each in ("plan", "remind", "expire"))
        decided = Choice(self, "Decided?")
        decided.when(Condition.string_equals("$.next", "remind"), self._wait("remind", remind))
        decided.when(Condition.string_equals("$.next", "expire"), self._wait("expire", expire))
        decided.otherwise(Succeed(self, "Decided"))
        remind.next(decided)
        expire.next(decided)
        return plan.next(decided)

    def _wait(self, task: str, following: IChainable) -> Chain:
        wait = Wait(self, f"Wait to {task}", time=WaitTime.timestamp_path("$.next_at"))
        return wait.next(following)

    def _task(self, name: str) -> TaskStateBase:
        invoke = LambdaInvoke(
            self,
            name.capitalize(),
            lambda_function=self._function,
            payload_response_only=True,
            retry_on_service_exceptions=False,
        )
        return self._tried(invoke, name)

    def _tried(self, task: TaskStateBase, name: str) -> TaskStateBase:
        """Tries a task for long, then sets its input aside and fails."""
        task.add_retry(interval=_FIRST_PAUSE, backoff_rate=2.0, max_attempts=_TRIES)
        give_up = SqsSendMessage(
            self,
            f"Give up to {name}",
            queue=self._given_up.queue,
            message_body=TaskInput.from_json_path_at("$"),
        )
        give_up.next(Fail(self, f"Failed to {name}"))
        task.add_catch(give_up, result_path="$.failure")
        return task

    def _machine(self, name: str, definition: IChainable) -> StateMachine:
        machine = StateMachine(
            self,
            name,
            definition_body=DefinitionBody.from_chainable(definition),
            logs=LogOptions(
                destination=Log(self, f"{name}Log", self._platform.stage),
                level=LogLevel.ERROR,
                include_execution_data=False,
            ),
        )
        acknowledge(machine, "SF1", "Each task's function logs; a machine logs what went wrong.")
        acknowledge(machine, "SF2", "Nothing here is traced by X-Ray.")
        acknowledge(machine, "IAM5[Resource::*]", "Log delivery has no resources to name.")
        failed: Metric = machine.metric_failed(period=Duration.minutes(5))
        self._platform.monitoring.alarm(
            self,
            f"{name}Failed",
            failed,
            above=0,
            why="An action waits for a colleague, and nobody is reminded: read the dead letters.",
        )
        return machine


def _logical_id(function: Function) -> str:
    return Stack.of(function).get_logical_id(cast("CfnElement", function.node.default_child))
