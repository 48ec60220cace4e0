// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <einjit/Error.h>
#include <gtest/gtest.h>
#include <string>

namespace einjit::test {

/// The kind of einjit::Error that `action` throws, or what else happens.
template <class Action> std::string kindOf(const Action &action) {
  try {
    action();
  } catch (const Error &error) {
    EXPECT_EQ(std::string(error.what()).rfind("error: ", 0), 0U) << error.what();
    return error.kind();
  }
  return "nothing";
}

} // namespace einjit::test
