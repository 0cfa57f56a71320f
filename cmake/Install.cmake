# Where things go under the prefix, and the package that find_package(Postern) finds.
# Component "sdk" is what a plugin author needs; the rest is what an operator needs.
include(CMakePackageConfigHelpers)

set(postern_package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/Postern)

set_target_properties(postern-sdk PROPERTIES EXPORT_NAME sdk)
install(TARGETS postern-sdk EXPORT PosternTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/sdk/include/postern DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk)
install(EXPORT PosternTargets NAMESPACE postern:: DESTINATION ${postern_package_directory} COMPONENT sdk)
if(TARGET postern-testkit)
    # find_package(Postern COMPONENTS testkit): the contract suites, for the tests of a plugin.
    set_target_properties(postern-testkit PROPERTIES EXPORT_NAME testkit)
    install(TARGETS postern-testkit EXPORT PosternTestkitTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk OPTIONAL)
    install(DIRECTORY ${CMAKE_SOURCE_DIR}/sdk/testkit/include/postern DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk)
    install(EXPORT PosternTestkitTargets NAMESPACE postern:: DESTINATION ${postern_package_directory} COMPONENT sdk)
endif()
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/PosternConfig.cmake.in
    ${CMAKE_BINARY_DIR}/PosternConfig.cmake INSTALL_DESTINATION ${postern_package_directory})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/PosternConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_BINARY_DIR}/PosternConfig.cmake ${CMAKE_BINARY_DIR}/PosternConfigVersion.cmake
    cmake/PosternPlugin.cmake cmake/plugin.version DESTINATION ${postern_package_directory} COMPONENT sdk)

install(TARGETS postern RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/config/profiles DESTINATION share/postern)
install(FILES ${CMAKE_SOURCE_DIR}/config/postern.yaml ${CMAKE_SOURCE_DIR}/config/postern.service
    DESTINATION share/postern/examples)
