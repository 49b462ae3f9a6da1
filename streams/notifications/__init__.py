"""Tells people about incidents: plans messages from incidents and routes, and delivers them.

Planning is pure (planner.py and what it imports); notifier.py puts it together with the outbox in
ClickHouse and with the channels. docs/notifications.md says what routes promise.
"""
