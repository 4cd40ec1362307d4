"""审批: flows that an administrator draws, cases that run by them, decisions that stay. Knows its subjects only through a registry."""
