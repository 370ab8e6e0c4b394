"""Large tables, of which little is used, outside of memory."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Number = TypeVar("Number", bound=np.generic)


def on_disk(table: NDArray[Number]) -> NDArray[Number]:
    """The same table in a file without a name, mapped: what is read of it is in memory, and nothing else."""
    import numpy as np

    with tempfile.TemporaryFile() as file:
        table.tofile(file)
        file.flush()
        return np.memmap(file, dtype=table.dtype, mode="r", shape=table.shape)
