set(FUZZ_SOURCES ${CMAKE_SOURCE_DIR}/tests/mime/invariants.cpp)
