"""Commands on sources of live events."""
