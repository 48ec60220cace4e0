# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Debian packages, as made with the preset `debian`: the library, what programs that use it are built with, the tools.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME einjit)
set(CPACK_PACKAGE_CONTACT "einjit maintainers <maintainers@einjit.example>")
# It would stand before what each package says of itself.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL Runtime Development Tools)
set(CPACK_COMPONENT_TOOLS_DEPENDS Runtime)
set(CPACK_COMPONENT_DEVELOPMENT_DEPENDS Runtime)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/lib)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
# The linker's cache is renewed by a trigger. CPack adds scripts that call ldconfig, unless there are scripts already:
# names of files that do not exist keep it from that.
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/debian/triggers
  ${PROJECT_BINARY_DIR}/none/postinst ${PROJECT_BINARY_DIR}/none/postrm)

# einjit_package(COMPONENT name section synopsis line...): what a component's package is called and says of itself.
function(einjit_package component name section synopsis)
  set(CPACK_DEBIAN_${component}_PACKAGE_NAME ${name} PARENT_SCOPE)
  set(CPACK_DEBIAN_${component}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  string(JOIN "\n" text ${synopsis}
    "einjit compiles einsum strings and array expressions. It fuses what can be"
    "fused, plans the loops for the machine at hand, and compiles one vectorized"
    "kernel through LLVM." "" ${ARGN})
  set(CPACK_DEBIAN_${component}_DESCRIPTION ${text} PARENT_SCOPE)
endfunction()

get_target_property(abi einjit SOVERSION)
einjit_package(RUNTIME libeinjit${abi} libs "compiler of tensor expressions - library"
  "This package holds the library that programs run with.")
einjit_package(DEVELOPMENT libeinjit-dev libdevel "compiler of tensor expressions - development files"
  "This package holds the headers, and files for CMake and pkg-config.")
einjit_package(TOOLS einjit math "compiler of tensor expressions - command line"
  "This package holds einjit, which evaluates expressions, shows how they are"
  "compiled, and times them, and einjit-opt, for work on the compiler itself.")
include(CPack)

# What policy asks each package to hold.
if(EINJIT_DEBIAN)
  set(changelog ${PROJECT_BINARY_DIR}/debian/changelog.gz)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/debian)
  execute_process(COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/cmake/debian/changelog OUTPUT_FILE ${changelog}
    COMMAND_ERROR_IS_FATAL ANY)
  foreach(component ${CPACK_COMPONENTS_ALL})
    string(TOUPPER ${component} upper)
    install(FILES ${PROJECT_SOURCE_DIR}/cmake/debian/copyright ${changelog} COMPONENT ${component}
      DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  endforeach()
endif()
