"""The rules of filing, without acts: what kind of document it is, whether it is kept, where it belongs, and why."""
