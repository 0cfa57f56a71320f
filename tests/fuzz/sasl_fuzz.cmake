set(FUZZ_LIBRARIES postern-auth-oauth)
