// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "fuzz/Random.h"
#include <string>

namespace einjit::test {

/// A text of the corpus with up to four mutations: of bytes, tokens, brackets, numbers, or spliced with another text.
std::string mutatedText(Random &random);

} // namespace einjit::test
