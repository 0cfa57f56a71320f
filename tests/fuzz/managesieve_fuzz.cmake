set(FUZZ_LIBRARIES postern-managesieve)
