set(FUZZ_SOURCES
    ${CMAKE_SOURCE_DIR}/tests/sieve/support/fake_environment.cpp ${CMAKE_SOURCE_DIR}/tests/sieve/support/loaded_plugins.cpp)
set(FUZZ_LIBRARIES ${CMAKE_DL_LIBS})
file(GLOB extensions CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/plugins/sieve*)
foreach(folder IN LISTS extensions)
    get_filename_component(extension ${folder} NAME)
    list(APPEND FUZZ_PLUGINS ${extension})
endforeach()
