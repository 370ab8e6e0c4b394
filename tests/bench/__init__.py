"""Speed and growth, measured side by side in one run. No test waits for a figure of these."""
