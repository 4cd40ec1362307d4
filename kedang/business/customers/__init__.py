"""Customer master: kinds, people, contacts, classes, grades, numbers, completeness, history."""
