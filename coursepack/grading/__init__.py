"""Run notebooks and judge them: one answer, a class, or the whole pack against what is known of it."""
