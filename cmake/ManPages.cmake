# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The tools' manual pages, from what they say with --help. Without help2man there are none.
find_program(EINJIT_HELP2MAN help2man)
if(NOT EINJIT_HELP2MAN)
  return()
endif()

# einjit_man_page(target name [command]): name.1, of a program or of one of its commands. Sets `page` to the file.
function(einjit_man_page target name)
  set(file ${PROJECT_BINARY_DIR}/man/${name}.1)
  set(extra ${PROJECT_SOURCE_DIR}/docs/man/${name}.h2m)
  set(compress)
  set(page ${file} PARENT_SCOPE)
  if(EINJIT_DEBIAN)
    set(page ${file}.gz PARENT_SCOPE)
    set(compress COMMAND gzip -9nf ${file})
    set(file ${file}.gz)
  endif()
  string(REPLACE ";" " " command "$<TARGET_FILE:${target}>;${ARGN}")
  add_custom_command(OUTPUT ${file}
    COMMAND ${EINJIT_HELP2MAN} --no-info --include=${extra} --version-string=${PROJECT_VERSION}
      --output=${PROJECT_BINARY_DIR}/man/${name}.1 ${command}
    ${compress}
    DEPENDS ${target} ${extra} VERBATIM)
endfunction()

file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/man)
einjit_man_page(einjit-tool einjit)
set(pages ${page})
foreach(command eval show bench)
  einjit_man_page(einjit-tool einjit-${command} ${command})
  list(APPEND pages ${page})
endforeach()
einjit_man_page(einjit-opt einjit-opt)
list(APPEND pages ${page})
add_custom_target(man ALL DEPENDS ${pages})
install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT Tools)
