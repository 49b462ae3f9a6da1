"""The channels that messages travel by: pure functions build requests, few files send them."""
