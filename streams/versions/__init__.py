"""Model versions in the store: which one people see, how they differ, and how one is changed."""
