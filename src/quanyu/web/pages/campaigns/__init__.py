"""Campaigns: the list, one of them from its brief to its result, and the form of a new one."""
