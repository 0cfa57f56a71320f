set(FUZZ_LIBRARIES connector-imap-core)
