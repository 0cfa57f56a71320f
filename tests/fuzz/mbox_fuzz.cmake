set(FUZZ_LIBRARIES posternctl-parts)
