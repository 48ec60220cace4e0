// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Texts to begin with: whatever this project's pages, goldens and examples show of the language, and calls of all its
// functions.
#pragma once

#include <string>
#include <vector>

namespace einjit::test {

/// Programs and einsum strings, valid and not. With EINJIT_MUTATION_CORPUS the files of that folder, too.
const std::vector<std::string> &corpus();

} // namespace einjit::test
