// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The library's entries: each gives its errors thrown and as values, and says which call of the user's failed.
#include <einjit/einjit.h>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <source_location>

namespace einjit {
namespace {

const TensorType vector3{DType::F32, {3}};
const std::string nowhere = "/nowhere/x.npy";

/// One entry in its two forms, both called with `where`.
struct Entry {
  const char *name;
  std::string kind;
  std::function<void(const std::source_location &)> throwing;
  std::function<std::optional<Error>(const std::source_location &)> returning;
};

template <class T> std::optional<Error> errorOf(const Expected<T> &outcome) {
  return outcome ? std::nullopt : std::optional(outcome.error());
}

using Where = const std::source_location &;
const Entry entries[] = {
    {"compile", "einsum-syntax", [](Where where) { compile("i-", {vector3}, {}, where); },
     [](Where where) { return errorOf(tryCompile("i-", {vector3}, {}, where)); }},
    {"compileProgram", "syntax-error", [](Where where) { compileProgram("x +", {{"x", vector3}}, {}, where); },
     [](Where where) { return errorOf(tryCompileProgram("x +", {{"x", vector3}}, {}, where)); }},
    {"loadNpy", "file-error", [](Where where) { loadNpy(nowhere, where); },
     [](Where where) { return errorOf(tryLoadNpy(nowhere, where)); }},
    {"saveNpy", "file-error", [](Where where) { saveNpy(nowhere, Tensor<float>({2}), where); },
     [](Where where) { return errorOf(trySaveNpy(nowhere, Tensor<float>({2}), where)); }},
};

class Entries : public testing::TestWithParam<Entry> {};

TEST_P(Entries, ThrowAndReturnTheSameErrorWithTheCall) {
  const auto here = std::source_location::current();
  const auto returned = GetParam().returning(here);
  ASSERT_TRUE(returned);
  EXPECT_EQ(returned->kind(), GetParam().kind);
  ASSERT_TRUE(returned->where());
  EXPECT_EQ(returned->where()->line(), here.line());
  try {
    GetParam().throwing(here);
    FAIL() << "must throw";
  } catch (const Error &thrown) {
    EXPECT_STREQ(thrown.what(), returned->what());
    EXPECT_EQ(thrown.reports(), returned->reports());
    EXPECT_EQ(thrown.source(), returned->source());
    ASSERT_TRUE(thrown.where());
    EXPECT_EQ(thrown.where()->line(), here.line());
  }
}

INSTANTIATE_TEST_SUITE_P(All, Entries, testing::ValuesIn(entries),
                         [](const auto &info) { return std::string(info.param.name); });

TEST(Errors, AreOfTheCallThatIsWritten) {
  const unsigned line = std::source_location::current().line();
  const Expected<Kernel> kernel = tryCompile("i,i->", {vector3});
  ASSERT_FALSE(kernel);
  EXPECT_EQ(kernel.error().where()->line(), line + 1);
  EXPECT_STREQ(kernel.error().where()->file_name(), __FILE__);
  EXPECT_EQ(kernel.error().source(), "i,i->");
}

/// The line of the call that `action` says that failed; 0 if it does not know.
template <class Action> unsigned failingLine(Action action) {
  try {
    action();
  } catch (const Error &error) {
    EXPECT_TRUE(!error.where() || std::string_view(error.where()->file_name()) == __FILE__);
    return error.where() ? error.where()->line() : 0;
  }
  ADD_FAILURE() << "must throw";
  return 0;
}

TEST(Errors, AreOfEinsumsCalls) {
  const Tensor<float> x({2, 3}), y({4});
  const ConstTensorRef operands[] = {x, y};
  Tensor<float> out({2});
  const unsigned line = std::source_location::current().line();
  EXPECT_EQ(failingLine([&] { einsum("ij,j->i", x, y); }), line + 1);
  EXPECT_EQ(failingLine([&] { einsum("ij,j->i", x, y, out); }), line + 2);
  EXPECT_EQ(failingLine([&] { einsum("ij,j->i", x, y, into(out, 2, 1)); }), line + 3);
  EXPECT_EQ(failingLine([&] { einsum("ij,j->i", operands, {}); }), line + 4);
}

TEST(Errors, AreOfTheCallsOfKernels) {
  const Tensor<float> x({3}), other({4});
  Tensor<float> out({});
  const Kernel kernel = compile("i->", {vector3});
  const ConstTensorRef inputs[] = {other};
  const TensorRef outputs[] = {out};
  const unsigned line = std::source_location::current().line();
  EXPECT_EQ(failingLine([&] { kernel.run(inputs); }), line + 1);
  EXPECT_EQ(failingLine([&] { kernel.run(inputs, outputs); }), line + 2);
  EXPECT_EQ(failingLine([&] { kernel(other, out); }), 0U);
}

TEST(Errors, AreNoneWhereAllIsRight) {
  const Expected<Kernel> einsum = tryCompile("i->", {vector3});
  ASSERT_TRUE(einsum);
  EXPECT_EQ(einsum->inputs().size(), 1U);
  EXPECT_EQ(tryCompileProgram("x + 1", {{"x", vector3}})->results().size(), 1U);

  const std::string path = (std::filesystem::temp_directory_path() / "einjit-errors-test.npy").string();
  EXPECT_TRUE(trySaveNpy(path, Tensor<float>({3}, {1, 2, 3})));
  const auto loaded = tryLoadNpy(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->type(), vector3);
}

TEST(Errors, ThatArePassedThroughHaveTheCall) {
  Options options;
  options.target = "no such machine";
  const Expected<Kernel> kernel = tryCompile("i->", {vector3}, options);
  ASSERT_FALSE(kernel);
  EXPECT_EQ(kernel.error().kind(), "unknown-target");
  EXPECT_TRUE(kernel.error().where());
}

} // namespace
} // namespace einjit
