"""Out into the world: lessons executed without a screen, the static site, badges, Binder's list."""
