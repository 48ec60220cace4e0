// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/Attempt.h"
#include "Support/Diagnostic.h"
#include <gtest/gtest.h>
#include <new>
#include <string>

namespace einjit {
namespace {

const std::string source = "y = x * weights";

Diagnostic mismatch() {
  return {DiagnosticKind::BroadcastMismatch,
          "shapes [3] and [2] do not broadcast",
          {{{4, 5}, "[3]"}, {{8, 15}, "[2]"}},
          {"a note"},
          "a help",
          {"k",
           {{.type = TensorType{DType::F32, {3}}, .axis = 0, .range = {4, 5}},
            {.type = TensorType{DType::F64, {2}}, .axis = 0, .range = {8, 15}}},
           {3, 2}}};
}
Diagnostic other() { return {DiagnosticKind::FileError, "no such file"}; }

TEST(Error, HasThePartsOfItsDiagnostics) {
  const Error error = asError({mismatch(), other()}, source);
  EXPECT_EQ(error.what(), render({mismatch(), other()}, source));
  EXPECT_EQ(error.kind(), "broadcast-mismatch");
  EXPECT_EQ(error.category(), ErrorCategory::Shape);
  EXPECT_EQ(error.source(), source);
  EXPECT_FALSE(error.where());

  ASSERT_EQ(error.reports().size(), 2U);
  const ErrorReport &first = error.reports()[0], &second = error.reports()[1];
  EXPECT_EQ(first.kind, "broadcast-mismatch");
  EXPECT_EQ(first.category, ErrorCategory::Shape);
  EXPECT_EQ(first.message, mismatch().message);
  EXPECT_EQ(first.ranges, mismatch().labels);
  EXPECT_EQ(first.notes, mismatch().notes);
  EXPECT_EQ(first.help, "a help");
  EXPECT_EQ(first.index, "k");
  EXPECT_EQ(first.sizes, (std::vector<std::int64_t>{3, 2}));
  ASSERT_EQ(first.operands.size(), 2U);
  EXPECT_EQ(first.operands[0].type, (TensorType{DType::F32, {3}}));
  EXPECT_EQ(first.operands[1].size(), 2);
  EXPECT_EQ(second, (ErrorReport{.kind = "file-error", .message = "no such file"}));
}

TEST(Error, CallsOperandsByTheirTextInTheProgram) {
  const Error named = asError({mismatch()}, source);
  EXPECT_EQ(named.reports()[0].operands[0].name, "x");
  EXPECT_EQ(named.reports()[0].operands[1].name, "weights");

  Diagnostic diagnostic = mismatch();
  diagnostic.parts.operands = {{.number = 1, .range = {4, 5}}, {.name = "w", .range = {4, 5}}, {.range = {4, 900}}, {}};
  const auto operands = asError({diagnostic}, source).reports()[0].operands;
  EXPECT_EQ(operands[0].name, "");
  EXPECT_EQ(operands[1].name, "w");
  EXPECT_EQ(operands[2].name, "");
  EXPECT_EQ(operands[3].name, "");
}

TEST(Error, OperandsHaveASizeWhereAnAxisIsMeant) {
  const TensorType type{DType::F32, {2, 3}};
  EXPECT_EQ((ErrorOperand{.type = type, .axis = 1}.size()), 3);
  EXPECT_EQ((ErrorOperand{.type = type}.size()), std::nullopt);
  EXPECT_EQ((ErrorOperand{.type = type, .axis = 2}.size()), std::nullopt);
  EXPECT_EQ((ErrorOperand{.axis = 0}.size()), std::nullopt);
}

TEST(Error, ReportsRenderAsTheirDiagnostics) {
  const Error error = asError({mismatch(), other()}, source);
  EXPECT_EQ(render(error.reports()[0], error.source()), render(mismatch(), source));
  const Error again(error.reports(), error.source());
  EXPECT_STREQ(again.what(), error.what());
}

TEST(Error, MayBeMadeOfAMessage) {
  const Error error("bad-arguments", ErrorCategory::Usage, "there is no stage 'x'", "stages are a b");
  EXPECT_STREQ(error.what(), "error: there is no stage 'x'\n  help: stages are a b");
  EXPECT_EQ(error.kind(), "bad-arguments");
  EXPECT_EQ(error.category(), ErrorCategory::Usage);
  EXPECT_EQ(error.reports()[0].message, "there is no stage 'x'");
  EXPECT_THROW(Error({}, "x"), InternalError);
}

static_assert(std::is_nothrow_copy_constructible_v<Error> && std::is_nothrow_copy_assignable_v<Error>);
static_assert(std::is_nothrow_move_constructible_v<Error> && std::is_nothrow_move_assignable_v<Error>);

TEST(Error, CopiesShareTheirParts) {
  Error error = asError({mismatch()}, source);
  const Error copy = error;
  EXPECT_EQ(&copy.reports(), &error.reports());
  EXPECT_EQ(copy.what(), error.what()); // the same pointer
  const Error moved = std::move(error);
  EXPECT_EQ(error.kind(), moved.kind()); // what is moved from stays whole: NOLINT(bugprone-use-after-move)
}

TEST(Error, KnowsTheCall) {
  const auto here = std::source_location::current();
  const Error error = asError({mismatch()}, source), located = error.at(here);
  EXPECT_FALSE(error.where());
  ASSERT_TRUE(located.where());
  EXPECT_EQ(located.where()->line(), here.line());
  EXPECT_STREQ(located.where()->file_name(), __FILE__);
  EXPECT_STREQ(located.what(), error.what());
  EXPECT_EQ(located.reports(), error.reports());
  EXPECT_EQ(located.source(), source);
  EXPECT_EQ(located.at(std::source_location::current()).where()->line(), here.line()) << "the inner call stays";
}

TEST(Attempt, GivesValuesAndErrorsOfTheCall) {
  const auto here = std::source_location::current();
  EXPECT_EQ(attempt(here, [] { return 7; }).value(), 7);
  EXPECT_TRUE(attempt(here, [] {}).has_value());
  auto fails = [] { throwError({mismatch()}, source); };
  const Expected<void> failed = attempt(here, fails);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), "broadcast-mismatch");
  EXPECT_EQ(failed.error().where()->line(), here.line());
  EXPECT_THROW((void)attempt(here, [] { throw std::bad_alloc(); }), std::bad_alloc);
}

} // namespace
} // namespace einjit
