"""Large tables, of which little is used, outside of memory."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def on_disk(table: NDArray[Any]) -> NDArray[Any]:
    """The same table in a file without a name, mapped: what is read of it is in memory, and nothing else."""
    import numpy as np

    with tempfile.TemporaryFile() as file:
        table.tofile(file)
        file.flush()
        return np.memmap(file, dtype=table.dtype, mode="r", shape=table.shape)
