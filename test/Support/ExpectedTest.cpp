// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <einjit/Expected.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace einjit {
namespace {

const Error failure("bad-arguments", ErrorCategory::Usage, "wrong");

TEST(Expected, HoldsAValue) {
  Expected<std::string> text = std::string("abc");
  ASSERT_TRUE(text);
  EXPECT_TRUE(text.has_value());
  EXPECT_EQ(*text, "abc");
  EXPECT_EQ(text->size(), 3U);
  EXPECT_EQ(text.value(), "abc");
  EXPECT_EQ(text.value_or("d"), "abc");
  text.value() += "d";
  EXPECT_EQ(std::as_const(text).value(), "abcd");
  EXPECT_EQ(*std::as_const(text), "abcd");
  EXPECT_EQ(std::as_const(text)->size(), 4U);
}

TEST(Expected, HoldsAnError) {
  const Expected<std::string> text = failure;
  ASSERT_FALSE(text);
  EXPECT_FALSE(text.has_value());
  EXPECT_EQ(text.error().kind(), "bad-arguments");
  EXPECT_EQ(text.value_or("d"), "d");
  try {
    (void)text.value();
    FAIL() << "must throw";
  } catch (const Error &error) {
    EXPECT_EQ(&error.reports(), &failure.reports()) << "the error itself";
  }
}

TEST(Expected, ValuesCanBeMovedOut) {
  Expected<std::unique_ptr<int>> made = std::make_unique<int>(5);
  EXPECT_EQ(*std::move(made).value(), 5);
  EXPECT_EQ(**Expected<std::unique_ptr<int>>(std::make_unique<int>(6)), 6);
  EXPECT_EQ(Expected<std::unique_ptr<int>>(failure).value_or(nullptr), nullptr);
  EXPECT_THROW((void)Expected<std::unique_ptr<int>>(failure).value(), Error);
}

TEST(Expected, OfNothingIsSuccessOrAnError) {
  const Expected<void> good, bad = failure;
  EXPECT_TRUE(good);
  EXPECT_TRUE(good.has_value());
  EXPECT_NO_THROW(good.value());
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind(), "bad-arguments");
  EXPECT_THROW(bad.value(), Error);
}

} // namespace
} // namespace einjit
