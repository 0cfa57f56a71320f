"""A checking IMAP client and what is known across many of them: the parts of mixed_load_test.py."""
