"""The log attacked: random changes of a large log, and whether both verifiers find every one (``make harness-log``)."""
