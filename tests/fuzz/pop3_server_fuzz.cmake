set(FUZZ_LIBRARIES postern-pop3)
