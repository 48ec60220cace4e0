# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The target `reference`: pages for browsers of what the public headers say, in the build folder's `reference/html`.
set(EINJIT_DOXYFILE ${PROJECT_BINARY_DIR}/Doxyfile)
configure_file(${PROJECT_SOURCE_DIR}/docs/Doxyfile.in ${EINJIT_DOXYFILE} @ONLY)
find_program(EINJIT_DOXYGEN doxygen)
if(EINJIT_DOXYGEN)
  add_custom_target(reference ${EINJIT_DOXYGEN} ${EINJIT_DOXYFILE} VERBATIM)
endif()
