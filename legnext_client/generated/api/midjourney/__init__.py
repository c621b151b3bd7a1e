"""The operations of the tag `midjourney`."""
