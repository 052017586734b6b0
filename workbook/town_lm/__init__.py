"""The bundled models of the town: how they are made, measured, and what their card says."""
