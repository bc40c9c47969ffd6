"""What a page, a sheet or an answer tells of one thing, gathered from the graph without Flask."""
