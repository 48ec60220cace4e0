# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# einjit_warnings(target): the warnings every translation unit of the project is built with.
# They are errors only for the compilers the project is tested with: a newer compiler's new warning must not keep
# anybody from building.
function(einjit_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion)
  if(EINJIT_WERROR AND (CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13
                     OR CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 20))
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
