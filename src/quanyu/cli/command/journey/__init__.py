"""Commands about journeys."""
