"""What messages say: the list, and the editor with a preview and findings."""
