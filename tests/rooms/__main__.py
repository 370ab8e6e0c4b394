"""python -m tests.rooms                    # renews the drawing and the figures in docs/developing.md
python -m tests.rooms --counts [FOLDER]  # prints the figures, of another checkout where one is named
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.rooms.figures import shown
from tests.rooms.imports import ROOT
from tests.rooms.page import renew

if sys.argv[1:2] == ["--counts"]:
    print(shown(Path(sys.argv[2]).resolve() if sys.argv[2:] else ROOT))
elif not sys.argv[1:]:
    renew()
else:
    sys.exit(__doc__)
