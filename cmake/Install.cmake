# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What `cmake --install` writes. All of it finds its own place, so that the folder may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(runtime COMPONENT Runtime)
set(development COMPONENT Development)

# The library, and those it needs where no system folder holds them.
set_target_properties(einjit PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS einjit EXPORT einjitTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ${runtime} NAMELINK_COMPONENT Development
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} ${development}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/einjit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} ${development}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.def")

# find_package(einjit). Before 1.0 each minor version has an API and an ABI of its own.
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/einjit)
install(EXPORT einjitTargets NAMESPACE einjit:: DESTINATION ${package} ${development})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/einjitConfig.cmake.in
  ${PROJECT_BINARY_DIR}/cmake/einjitConfig.cmake INSTALL_DESTINATION ${package}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/einjitConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cmake/einjitConfig.cmake ${PROJECT_BINARY_DIR}/cmake/einjitConfigVersion.cmake
  DESTINATION ${package} ${development})

# pkg-config. A shared library brings what it needs; of a static one `pkg-config --static` tells.
file(RELATIVE_PATH EINJIT_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" EINJIT_PC_PREFIX "${EINJIT_PC_PREFIX}")
if(NOT BUILD_SHARED_LIBS)
  set(EINJIT_PC_CFLAGS " -DEINJIT_STATIC")
  set(EINJIT_PC_PRIVATE "Requires.private: tbb fmt libxxhash\nLibs.private: -L${LLVM_LIBRARY_DIR} -lLLVM -pthread\n")
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/einjit.pc.in ${PROJECT_BINARY_DIR}/cmake/einjit.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cmake/einjit.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig ${development})

if(TARGET einjit-tool)
  file(RELATIVE_PATH libraries /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
  set_target_properties(einjit-tool einjit-opt PROPERTIES
    INSTALL_RPATH "$ORIGIN/${libraries}" INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS einjit-tool einjit-opt DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT Tools)
  include(cmake/ManPages.cmake)
endif()

# Debian's packages have the licence and the pages in folders of their own.
if(NOT EINJIT_DEBIAN)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${development}
    DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()
