// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the environment says of options, seen from a process of its own, since it is read once.
#include "Driver/Caught.h"
#include <cstdlib>
#include <einjit/einjit.h>
#include <functional>
#include <gtest/gtest.h>

namespace einjit {
namespace {

using test::kindOf;

/// Ends the process, successfully if `holds`; run where the environment has one variable more.
void expectWith(const char *variable, const char *value, const std::function<bool()> &holds) {
  EXPECT_EXIT(
      {
        ::setenv(variable, value, 1);
        std::exit(holds() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "")
      << variable << "=" << value;
}

/// Whether the environment is refused with a message that has this text.
bool refused(const std::string &text) {
  try {
    defaultOptions();
  } catch (const Error &error) {
    return error.kind() == "unknown-option" && std::string(error.what()).find(text) != std::string::npos;
  }
  return false;
}

TEST(OptionsDeathTest, AreReadFromTheEnvironment) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  expectWith("EINJIT_TARGET", "haswell", [] { return defaultOptions().target == "haswell"; });
  expectWith("EINJIT_THREADS", "3", [] { return defaultOptions().threads == 3; });
  expectWith("EINJIT_DTYPE", "f64", [] { return defaultOptions().dtype == DType::F64; });
  expectWith("EINJIT_STRICT", "on", [] { return defaultOptions().strict; });
  expectWith("EINJIT_EXACT", "1", [] { return defaultOptions().exact; });
  expectWith("EINJIT_MEMORY_LIMIT", "2MiB", [] { return defaultOptions().memoryLimit == std::int64_t{2} << 20; });
  expectWith("EINJIT_CACHE", "off", [] { return !defaultOptions().diskCache && defaultOptions().cache; });
  expectWith("EINJIT_STRICT", "", [] { return !defaultOptions().strict; });
}

TEST(OptionsDeathTest, HoldForCallsThatAreGivenNone) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  expectWith("EINJIT_STRICT", "on", [] {
    const Tensor<float> one({1}), three({3});
    return kindOf([&] { einsum("i,i->i", one, three); }) == "strict-broadcast" &&
           kindOf([&] { compile("i,i->i", {one.type(), three.type()}); }) == "strict-broadcast" &&
           kindOf([&] { compile("i,i->i", {one.type(), three.type()}, Options()); }) == "nothing";
  });
}

TEST(OptionsDeathTest, RefuseValuesThatAreNone) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  expectWith("EINJIT_THREADS", "many", [] { return refused("EINJIT_THREADS is 'many', which is not a number of"); });
  expectWith("EINJIT_THREADS", "4097", [] { return refused("EINJIT_THREADS is '4097'"); });
  expectWith("EINJIT_DTYPE", "f31", [] { return refused("EINJIT_DTYPE is 'f31', which is not an element type"); });
  expectWith("EINJIT_EXACT", "maybe", [] { return refused("EINJIT_EXACT is 'maybe', which is not on or off"); });
  expectWith("EINJIT_MEMORY_LIMIT", "much", [] { return refused("EINJIT_MEMORY_LIMIT is 'much'"); });
}

TEST(OptionsDeathTest, AreErrorsOfTheEntriesThatAskForThem) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  expectWith("EINJIT_THREADS", "many", [] {
    const Tensor<float> x({3});
    const auto isRefused = [](const auto &outcome, std::uint_least32_t line) {
      return !outcome && outcome.error().kind() == "unknown-option" && outcome.error().where() &&
             outcome.error().where()->line() == line;
    };
    return isRefused(tryCompile("i->", {x.type()}), __LINE__) &&
           isRefused(tryCompileProgram("x + 1", {{"x", x.type()}}), __LINE__) &&
           isRefused(tryEinsum("i->", x), __LINE__) &&
           kindOf([&] { compile("i->", {x.type()}); }) == "unknown-option" &&
           // Options of the call's own are all that it takes.
           tryCompile("i->", {x.type()}, {}) && tryCompileProgram("x + 1", {{"x", x.type()}}, {.threads = 1});
  });
}

TEST(Options, TakeByteSizes) {
  EXPECT_EQ(parseByteSize("1000"), 1000);
  EXPECT_EQ(parseByteSize("3GiB"), std::int64_t{3} << 30);
  EXPECT_EQ(parseByteSize("-1"), std::nullopt);
  EXPECT_EQ(parseByteSize("9000000000000GiB"), std::nullopt);
}

} // namespace
} // namespace einjit
