// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <einjit/Error.h>
#include <gmock/gmock.h>
#include <string>

namespace einjit::test {

/// Runs `action`, which must throw an einjit::Error of this kind and of the category Runtime or as given, whose text
/// is one that a user can read and holds `part`.
template <class Action>
void expectError(Action action, const std::string &kind, const std::string &part,
                 ErrorCategory category = ErrorCategory::Runtime) {
  try {
    action();
    ADD_FAILURE() << "no error; expected " << kind << ": " << part;
  } catch (const Error &error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_EQ(error.category(), category);
    EXPECT_THAT(error.what(), testing::StartsWith("error: "));
    EXPECT_THAT(error.what(), testing::HasSubstr(part));
  }
}

} // namespace einjit::test
