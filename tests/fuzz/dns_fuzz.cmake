set(FUZZ_LIBRARIES gateway-core)
