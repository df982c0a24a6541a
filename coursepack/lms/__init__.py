"""In from a learning management system (LMS), and out to it: hand-ins, rosters, marks, feedback."""
