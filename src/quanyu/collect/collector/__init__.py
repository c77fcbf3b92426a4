"""The collector: what clients post is durable before the answer, and becomes rows within a minute."""
