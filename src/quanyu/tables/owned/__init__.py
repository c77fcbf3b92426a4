"""The contracts of all tables, by the stage that owns them."""
