# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# einjit_warnings(target): the warnings every translation unit of the project is built with.
function(einjit_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion)
  if(EINJIT_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
