"""An article that is fit to be published, for tests of drafts."""

from __future__ import annotations

TEXT = """---
id: lamp-repair
title: Repairing old lamps
sources:
  - "Workshop handbook, page 4"
revised: 2026-11-21
questions:
  - do you restore old lamps
---
Old lamps are restored in our workshop.
"""
