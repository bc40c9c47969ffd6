"""From tables that people edit to graphs: strict rows in, cited nodes out."""
