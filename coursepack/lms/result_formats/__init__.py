"""One notebook's result in the formats that people and other systems read; all are safe to show to a student."""
