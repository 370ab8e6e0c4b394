"""Where the settings keep files: a folder, or a bucket."""

from __future__ import annotations

import functools

from bot.settings import Settings
from bot.store.files.bucket import Bucket, connected
from bot.store.files.contents import Contents
from bot.store.files.folder import Folder
from bot.store.files.incoming import Incoming


def contents_of(settings: Settings) -> Contents:
    """Nothing is opened or asked before it is used."""
    if settings.bucket is None:
        return Folder(settings.files_folder)
    secret = settings.files_s3_secret.get_secret_value()
    connect = functools.partial(connected, settings.bucket, settings.files_s3_key, secret, settings.files_s3_region)
    return Bucket(settings.bucket, Incoming(settings.files_folder / "incoming"), connect)
