"""What can be asked of the spans in a store, as data, and what its answers need in every store."""
