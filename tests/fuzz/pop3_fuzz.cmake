set(FUZZ_LIBRARIES connector-pop3-core)
