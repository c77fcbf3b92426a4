"""The console: parts (one widget per file) and pages (one screen per file)."""
