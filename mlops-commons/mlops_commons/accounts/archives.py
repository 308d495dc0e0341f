"""The archive of a set in a bucket of governance, with the profile of governance."""

from dataclasses import dataclass

from mlops_commons.accounts.profiles import session_of
from mlops_commons.config import PlatformConfig
from mlops_commons.delivery_source import ARCHIVE_KEY
from mlops_commons.utilities import names
from mlops_commons.utilities.archive_publication import Uploaded
from mlops_commons.utilities.errors import PlatformError, UnreadableError


def archive_of(config: PlatformConfig, app: str, set_name: str) -> "ArchiveInS3":
    """The archive of a set and app."""
    governance = config.pipeline
    place = {"account": governance.account, "region": governance.region}
    return ArchiveInS3(
        profile=governance.bootstrap.aws_profile,
        region=governance.region,
        account=governance.account,
        bucket=names.archive_bucket(config.app_prefix, app, set_name, **place),
        stack=names.source_stack(app, set_name, "s3"),
        app=app,
    )


@dataclass(frozen=True, kw_only=True)
class ArchiveInS3:
    """One object of a bucket that a stack of the platform makes."""

    profile: str
    region: str
    account: str
    bucket: str
    stack: str
    app: str

    def fetch(self) -> Uploaded | None:
        """The archive that is there; None where there is none yet.

        The owner is named, so that nobody else's bucket of this name is read.

        Raises:
            UnreadableError: there is no bucket, or no access to it.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        s3 = session_of(self.profile, self.region).client("s3")
        where = {"Bucket": self.bucket, "Key": ARCHIVE_KEY, "ExpectedBucketOwner": self.account}
        try:
            found = s3.get_object(**where)
            return Uploaded(
                content=found["Body"].read(),
                tag=found["ETag"],
                version=str(found.get("VersionId", "")),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise self._failure("read", error) from error
        except BotoCoreError as error:
            raise self._failure("read", error) from error

    def put(self, content: bytes, *, over: Uploaded | None) -> str:
        """Write the archive over exactly the one that was read; its version.

        Source: Amazon S3 User Guide, "How to prevent object overwrites with conditional writes".

        Raises:
            PlatformError: another one is there meanwhile, or it may not be written.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        s3 = session_of(self.profile, self.region).client("s3")
        only = {"IfMatch": over.tag} if over else {"IfNoneMatch": "*"}
        try:
            done = s3.put_object(
                Bucket=self.bucket,
                Key=ARCHIVE_KEY,
                Body=content,
                ExpectedBucketOwner=self.account,
                **only,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in (
                "PreconditionFailed",
                "ConditionalRequestConflict",
            ):
                raise PlatformError(
                    f"somebody has uploaded another archive to {self.bucket} meanwhile",
                    hint="nothing is overwritten; publish again to see the difference to it",
                ) from error
            raise self._failure("written", error) from error
        except BotoCoreError as error:
            raise self._failure("written", error) from error
        return str(done.get("VersionId", ""))

    def _failure(self, what: str, error: Exception) -> UnreadableError:
        return UnreadableError(
            f"the archive in {self.bucket} cannot be {what}: {error}",
            hint=f"deploy its bucket first (./mlops-multi-account.sh {self.app} deploy "
            f"{self.stack}), and check the profile '{self.profile}' of governance in cdk-app.yml",
        )
