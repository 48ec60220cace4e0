# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# cmake -DROOT=… -DVERSION=… -DOUTPUT=… -P BuildId.cmake: writes a source file that holds the version and a hash of the
# library's sources. It depends on nothing but their contents, so that equal builds in different places agree.
file(GLOB_RECURSE sources RELATIVE ${ROOT} ${ROOT}/lib/* ${ROOT}/include/*)
list(SORT sources)
set(hashes "")
foreach(source ${sources})
  file(SHA256 ${ROOT}/${source} hash)
  string(APPEND hashes "${source} ${hash}\n")
endforeach()
string(SHA256 hash "${hashes}")
file(WRITE ${OUTPUT} "// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include \"Driver/BuildId.h\"

namespace einjit {

const std::string_view buildId = \"${VERSION} ${hash}\";

} // namespace einjit
")
