set(FUZZ_LIBRARIES postern-sieve)
