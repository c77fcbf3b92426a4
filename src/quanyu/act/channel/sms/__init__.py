"""Text messages: what they say and cost, two providers, and what comes back."""
