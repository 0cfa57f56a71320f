set(FUZZ_SOURCES ${CMAKE_SOURCE_DIR}/plugins/imap-compress/inflater.cpp)
set(FUZZ_LIBRARIES ZLIB::ZLIB)
