"""`make faults`: killed processes, cut wires, full disks, jumping clocks, while scripted shoppers write."""
