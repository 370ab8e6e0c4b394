"""The one impure corner of `dialogue`: text in, `Understanding` out. Nothing here decides anything."""
