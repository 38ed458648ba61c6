"""Finance reads closed months itself, by SQL: tables over the archive, a workgroup, a role."""

from collections.abc import Mapping, Sequence

from aws_cdk import Aws, CfnOutput
from aws_cdk.aws_athena import CfnNamedQuery, CfnWorkGroup
from aws_cdk.aws_glue import CfnDatabase, CfnTable
from aws_cdk.aws_iam import AccountRootPrincipal, PolicyStatement, Role
from constructs import Construct

from infra.archive import CLOSED, Archive
from infra.finance_columns import FOCUS, USAGE_LINES
from infra.finance_queries import QUERIES
from infra.stages import Stage

# What one query may read before Athena stops it: about a hundred closed months.
_MOST_BYTES = 100 * 1024**3

_FIRST_PERIOD = "2026-01"

_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"


class Finance(Construct):
    """Two tables, queries that are saved beside them, and a role that may do nothing else.

    Glue and Athena want names; they follow from the stage.
    """

    def __init__(self, scope: Construct, name: str, stage: Stage, archive: Archive) -> None:
        super().__init__(scope, name)
        self._archive = archive
        self._database_name = f"helpdesk_{stage.name}"
        self._database = CfnDatabase(
            self,
            "Database",
            catalog_id=Aws.ACCOUNT_ID,
            database_input=CfnDatabase.DatabaseInputProperty(name=self._database_name),
        )
        self._table("usage_lines", "parquet", USAGE_LINES)
        self._table("focus", "focus", FOCUS)
        self._workgroup = self._add_workgroup(f"helpdesk-{stage.name}-finance")
        for number, query in enumerate(QUERIES, start=1):
            saved = CfnNamedQuery(
                self,
                f"Query{number}",
                database=self._database_name,
                name=query.name,
                description=query.description,
                query_string=query.sql.strip(),
                work_group=self._workgroup.name,
            )
            saved.add_resource_dependency(self._workgroup)
        reader = self._reader()
        CfnOutput(self, "ReaderRoleArn", value=reader.role_arn)

    def _table(self, name: str, folder: str, columns: Mapping[str, str]) -> None:
        """A table over one format. Its months are projected: none needs to be registered."""
        location = f"s3://{self._archive.bucket.bucket_name}/{CLOSED}{folder}"
        table = CfnTable(
            self,
            "".join(word.capitalize() for word in name.split("_")),
            catalog_id=Aws.ACCOUNT_ID,
            database_name=self._database_name,
            table_input=CfnTable.TableInputProperty(
                name=name,
                table_type="EXTERNAL_TABLE",
                parameters={"classification": "parquet", **_projection(location)},
                partition_keys=[CfnTable.ColumnProperty(name="billing_period", type="string")],
                storage_descriptor=CfnTable.StorageDescriptorProperty(
                    location=f"{location}/",
                    columns=[
                        CfnTable.ColumnProperty(name=column, type=kind)
                        for column, kind in columns.items()
                    ],
                    input_format=f"{_PARQUET}.MapredParquetInputFormat",
                    output_format=f"{_PARQUET}.MapredParquetOutputFormat",
                    serde_info=CfnTable.SerdeInfoProperty(
                        serialization_library=f"{_PARQUET}.serde.ParquetHiveSerDe"
                    ),
                ),
            ),
        )
        table.add_resource_dependency(self._database)

    def _add_workgroup(self, name: str) -> CfnWorkGroup:
        """Where results go, and that they are encrypted, is not for a query to say."""
        results = CfnWorkGroup.ResultConfigurationProperty(
            output_location=f"s3://{self._archive.query_results.bucket_name}/",
            expected_bucket_owner=Aws.ACCOUNT_ID,
            encryption_configuration=CfnWorkGroup.EncryptionConfigurationProperty(
                encryption_option="SSE_S3"
            ),
        )
        return CfnWorkGroup(
            self,
            "Workgroup",
            name=name,
            description="Finance's queries over closed months.",
            recursive_delete_option=True,
            work_group_configuration=CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                bytes_scanned_cutoff_per_query=_MOST_BYTES,
                publish_cloud_watch_metrics_enabled=True,
                engine_version=CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                result_configuration=results,
            ),
        )

    def _reader(self) -> Role:
        """Whom the account lets assume it reads closed months, and asks by this workgroup."""
        role = Role(
            self,
            "Role",
            assumed_by=AccountRootPrincipal(),
            description="Reads closed months and queries them.",
        )
        closed, results = self._archive.bucket, self._archive.query_results
        _allow(role, ["s3:GetObject"], closed.arn_for_objects(f"{CLOSED}*"))
        _allow(
            role,
            ["s3:ListBucket"],
            closed.bucket_arn,
            conditions={"StringLike": {"s3:prefix": [f"{CLOSED}*"]}},
        )
        _allow(role, ["s3:GetBucketLocation"], closed.bucket_arn, results.bucket_arn)
        _allow(role, ["s3:ListBucket", "s3:ListBucketMultipartUploads"], results.bucket_arn)
        _allow(
            role,
            [
                *("s3:GetObject", "s3:PutObject"),
                *("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
            ],
            results.arn_for_objects("*"),
        )
        _allow(role, _ON_WORKGROUP, _arn("athena", f"workgroup/{self._workgroup.name}"))
        database = self._database_name
        _allow(
            role,
            _ON_CATALOG,
            _arn("glue", "catalog"),
            _arn("glue", f"database/{database}"),
            *(_arn("glue", f"table/{database}/{table}") for table in ("usage_lines", "focus")),
        )
        months = "The files of all months: their names are not known before they are written."
        closed.acknowledge_objects(role, CLOSED, months)
        results.acknowledge_objects(role, "", "Athena names its results itself.")
        return role


_ON_WORKGROUP = (
    *("athena:BatchGetNamedQuery", "athena:BatchGetQueryExecution", "athena:GetNamedQuery"),
    *("athena:GetQueryExecution", "athena:GetQueryResults", "athena:GetQueryResultsStream"),
    *("athena:GetWorkGroup", "athena:ListNamedQueries", "athena:ListQueryExecutions"),
    *("athena:StartQueryExecution", "athena:StopQueryExecution"),
)
_ON_CATALOG = (
    *("glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions"),
    *("glue:GetTable", "glue:GetTables"),
)


def _allow(
    role: Role,
    actions: Sequence[str],
    *resources: str,
    conditions: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
) -> None:
    role.add_to_policy(
        PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)
    )


def _arn(service: str, resource: str) -> str:
    return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{resource}"


def _projection(location: str) -> Mapping[str, str]:
    month = "projection.billing_period"
    return {
        "projection.enabled": "true",
        f"{month}.type": "date",
        f"{month}.format": "yyyy-MM",
        f"{month}.interval": "1",
        f"{month}.interval.unit": "MONTHS",
        f"{month}.range": f"{_FIRST_PERIOD},NOW",
        "storage.location.template": f"{location}/billing_period=${{billing_period}}/",
    }
