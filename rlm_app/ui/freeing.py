"""Taking an upload out of Streamlit's memory, where it would stay until the session ends."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from streamlit.runtime.uploaded_file_manager import UploadedFile

from rlm_app.errors import StoreError


@contextmanager
def on_disk(file: UploadedFile) -> Iterator[Path]:
    """Give the upload as a file of a name of our own; the name it came with is never used as a path. Raises `StoreError`."""
    with tempfile.TemporaryDirectory(prefix="rlm-upload-") as folder:
        path = Path(folder) / "upload"
        file.seek(0)
        try:
            with path.open("wb") as target:
                shutil.copyfileobj(file, target, 1 << 20)
        except OSError as error:
            raise StoreError(
                f"The upload could not be kept on this machine ({error.strerror or error}). Free some disk space, or ask who "
                "runs the app to; then add the file again."
            ) from error
        yield path


def free(file: UploadedFile) -> None:
    """Drop the bytes of an upload. Streamlit has no public call for it, so a change there costs memory, not the page."""
    with suppress(ImportError, AttributeError, KeyError, TypeError):
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        context = get_script_run_ctx()
        if context is not None:
            manager: Any = context.uploaded_file_mgr
            manager.remove_file(context.session_id, file.file_id)
    file.close()
