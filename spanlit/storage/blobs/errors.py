"""What blob storage says when it fails, as errors of a store. Never with anything it was sent."""

import re

from spanlit.storage.store import StoreError, StoreRefused, StoreUnavailable

CREDENTIALS = {
    "s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "az": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}
"""Environment variables with the credentials, by scheme. There are more: see the docs."""

_NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|bucket does not exist", re.IGNORECASE)
_DENIED = re.compile(
    r"InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|AuthenticationFailed"
    r"|PermissionDenied|Permission denied|Unauthenticated|\b40[13] (Forbidden|Unauthorized)"
)
_NO_CREDENTIALS = re.compile(
    r"169\.254\.169\.254|169\.254\.170\.2|metadata\.google|InstanceCredentials|TokenRequest"
)
_FULL = re.compile(r"No space left|Disk quota exceeded|StorageFull")


class NoObstore(StoreRefused):
    """The package for folders and buckets is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "files and large values need obstore: install it with pip install 'spanlit[blobs]'"
        )


class BlobMissing(StoreRefused):
    """There is no blob with this key."""


class BlobTooLarge(StoreRefused):
    """A blob has more bytes than `blobs.max_mb` allows."""


def translate(error: Exception, place: str) -> StoreError:
    """Return what to raise instead of `error`.

    Args:
        error: What obstore raised. Its text has URLs and answers of the server in it, so nothing
            of it is repeated.
        place: URL of the storage, without a query.
    """
    text = f"{type(error).__name__}: {error}"
    scheme = place.partition(":")[0]
    if _NO_BUCKET.search(text):
        return StoreRefused(
            f"blob storage {place}: the bucket does not exist; create it or correct blobs.url"
        )
    if scheme in CREDENTIALS and _NO_CREDENTIALS.search(text):
        return StoreRefused(
            f"blob storage {place}: no credentials were found; set {CREDENTIALS[scheme]}"
        )
    if _DENIED.search(text):
        return StoreRefused(f"blob storage {place} refuses access: {_cure(scheme)}")
    if _FULL.search(text):
        return StoreUnavailable(f"blob storage {place}: no space is left; free some")
    return StoreUnavailable(f"blob storage {place} cannot be reached or fails; is it running?")


def _cure(scheme: str) -> str:
    if scheme in CREDENTIALS:
        return f"check {CREDENTIALS[scheme]}, and that they may list, read, write and delete there"
    return "make the folder readable and writable for this user"
