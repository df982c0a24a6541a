"""The class report: one page to read, one table for a spreadsheet."""
