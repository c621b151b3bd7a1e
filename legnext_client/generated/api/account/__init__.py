"""The operations of the tag `account`."""
