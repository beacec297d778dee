"""Log in to S3: with the environment's keys, or by boto3's own chain of variables, profiles and roles."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from modelops_bundle.blob_stores.storage_access import StorageAccess
from modelops_bundle.errors import Invalid


def s3_client(access: StorageAccess) -> Any:
    """Return boto3's client; raise Invalid for an endpoint or a profile that is none."""
    config = Config(
        connect_timeout=access.timeout,
        read_timeout=access.timeout,
        retries={"mode": "standard", "total_max_attempts": access.retries + 1},
        max_pool_connections=4 * access.jobs,
        # Few servers but Amazon's have a host name for each bucket.
        s3={"addressing_style": "path"} if access.endpoint else {},
    )
    try:
        return boto3.session.Session().client(
            "s3",
            endpoint_url=access.endpoint or None,
            aws_access_key_id=access.account or None,
            aws_secret_access_key=access.secret or None,
            config=config,
        )
    except (BotoCoreError, ValueError) as error:
        problem = Invalid(
            f"the settings of S3 make no sense: {type(error).__name__}",
            hint="check the environment's storage, AWS_PROFILE, AWS_ENDPOINT_URL and ~/.aws/config",
        )
    raise problem
