"""Questions answered from one or several passages."""
