# postern_add_plugin(NAME SOURCES file... [LIBRARIES target...])
#
# Builds plugins/NAME.so: hidden visibility, one exported symbol (postern_plugin_v1), no undefined symbols, linked
# against the SDK and nothing else of Postern's. Also used by plugins built outside the tree (find_package(Postern)).
set(POSTERN_PLUGIN_VERSION_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/plugin.version)

function(postern_add_plugin name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
    add_library(${name} MODULE ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE postern::sdk ${ARG_LIBRARIES})
    target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    set_target_properties(${name} PROPERTIES
        PREFIX ""
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON
        LINK_DEPENDS ${POSTERN_PLUGIN_VERSION_SCRIPT})
    if(POSTERN_PLUGIN_DIRECTORY)
        set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${POSTERN_PLUGIN_DIRECTORY})
    endif()
    if(POSTERN_PLUGIN_INSTALL_DIRECTORY)
        install(TARGETS ${name} LIBRARY DESTINATION ${POSTERN_PLUGIN_INSTALL_DIRECTORY})
    endif()
    target_link_options(${name} PRIVATE -Wl,--version-script=${POSTERN_PLUGIN_VERSION_SCRIPT})
    if(NOT POSTERN_SANITIZE)
        target_link_options(${name} PRIVATE -Wl,-z,defs)
    endif()
    if(TARGET postern-precompiled)
        target_precompile_headers(${name} REUSE_FROM postern-precompiled)
    endif()
endfunction()
