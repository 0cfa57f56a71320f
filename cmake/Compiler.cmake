# Compiler settings shared by everything in the tree.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)

# Line tables cost little and make every crash report readable. NDEBUG is never set: assertions state
# invariants of the mail store, and a broken one must stop the process before it writes.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
# -Og, not -O0: deep chains of coroutines resume each other without growing the stack only when optimised.
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")

add_compile_options(-Wall -Wextra -Wpedantic -Werror)
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
# GCC 12 reports false positives of this warning inside coroutine frames and std::string (GCC bug 105329).
add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
# GCC 12 takes Asio's pair of frame allocation functions for a mismatch once both are inlined.
add_compile_options($<$<AND:$<CXX_COMPILER_ID:GNU>,$<COMPILE_LANGUAGE:CXX>>:-Wno-mismatched-new-delete>)

if(CMAKE_UNITY_BUILD)
    # A source's own types are used in that source only, though the compiler sees it included.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# The fuzz targets learn what an input reaches in everything that they use.
option(POSTERN_LIBFUZZER "Link the fuzz targets with clang's libFuzzer instead of the deterministic driver" OFF)
if(POSTERN_LIBFUZZER)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(POSTERN_SANITIZE)
    add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${POSTERN_SANITIZE})
    if(POSTERN_SANITIZE MATCHES "undefined")
        # A null pointer crashes anyway and x86 reads at any address: looking for both takes a third of the build.
        add_compile_options(-fno-sanitize=null,alignment,object-size)
        # Clang 14 cannot assemble what it makes of this one in coroutines.
        if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
            add_compile_options(-fno-sanitize=function)
        endif()
    endif()
    # The standard library checks its callers too: an index within the capacity but beyond the size, an empty optional.
    add_compile_definitions(_GLIBCXX_ASSERTIONS)
    # Instrumented code defeats GCC 12's flow analysis for these two.
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
endif()

# ccache needs to be told that precompiled headers are safe to cache.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()
