"""Mail: messages made, signed and handed to a mail server; what comes back is read."""
