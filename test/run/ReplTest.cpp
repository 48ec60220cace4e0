// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Standard input as a script, and the lines of a session.
#include "Tool.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace einjit::test;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

std::string output(const std::string &script) {
  const Ran ran = run({}, script);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.err, IsEmpty());
  return ran.out;
}

TEST(Script, IsOneProgram) {
  EXPECT_EQ(output("# sums all\nx = [[1, 2],\n     [3, 4]]\nx.sum()\n"), "10\n");
  EXPECT_EQ(output(""), "");
  EXPECT_EQ(output("  \n# nothing but this; really\n"), "");
}

TEST(Script, ErrorsHaveTheirExitCodes) {
  EXPECT_EQ(run({}, "1 +\n").code, 2);
  EXPECT_EQ(run({}, "[1, 2] + [1, 2, 3]\n").code, 3);
  EXPECT_EQ(run({}, "nope + 1\n").code, 2);
  EXPECT_THAT(run({}, "nope + 1\n").err, HasSubstr("'nope'"));
}

TEST(Session, EinsumStringsTakeTheirOperands) {
  EXPECT_EQ(output("x = [[1.0, 2], [3, 4]]\n"
                   "w = [[1.0, 1], [1, 1]]\n"
                   "ij,jk->ik (x, w * 2)\n"
                   "t = ij->ji (x)\n"
                   "t; t[0]\n"),
            "[[ 6,  6],\n [14, 14]]\n"
            "[[1, 3],\n [2, 4]]\n"
            "[1, 3]\n");
}

TEST(Session, LinesMayEndWithComments) {
  EXPECT_EQ(output("x = [1.0, 2]  # a vector; two elements\n:vars\ni->i (x)  # an einsum string\nij->i ([[1, 2]]) #\n"),
            "x: f32[2]\n[1, 2]\n[3]\n");
}

TEST(Session, CommandsLoadSaveAndList) {
  const TemporaryFolder folder;
  EXPECT_EQ(output("x = [1.0, 2]\n:save x " + folder.file("x.npy") + "\n:load y " + folder.file("x.npy") +
                   "\ny + x\nn = 3\n:vars\n:quit\nnever + reached\n"),
            "[2, 4]\nn: i64[]\nx: f32[2]\ny: f32[2]\n");
}

TEST(Session, StatementsLoadFiles) {
  const TemporaryFolder folder;
  const std::string file = folder.file("x.npy");
  EXPECT_EQ(
      output("x = [1.0, 2]\n:save x " + file + "\ny = load('" + file + "')\ny = y + load('" + file + "')\ni-> (y)\n"),
      "6\n");
}

TEST(Session, CommandsShowStages) { EXPECT_EQ(output("x = [1.0, 2]\n:show source x + 1\n"), "x + 1\n"); }

TEST(Session, VariablesMayBeNamedLikeFunctions) {
  EXPECT_EQ(output("sum = [1.0, 2]\nsum(sum)\nsum.sum(dim=0)\ndim = 1\n:vars\nsum(sum, dim=0)\n"),
            "3\n3\ndim: i64[]\nsum: f32[2]\n3\n");
}

TEST(Session, AScriptOfCommandsEndsAtTheFirstError) {
  const Ran ran = run({}, "x = [1.0, 2]\n:vars\nx + nope\n:vars\n");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.out, "x: f32[2]\n");
  EXPECT_THAT(ran.err, HasSubstr("'nope'"));
}

TEST(Session, KeepsDefinitions) {
  EXPECT_EQ(output(":vars\ndef f(x, a=2) = a * x + 1\nf([1, 2])\ndef g(x) = f(x) * f(x, a=3)\ng([1, 2])\n"
                   "def f(x, a=0) = x\ng([1, 2])\n"),
            "[3, 5]\n[12, 35]\n[1, 4]\n");
  const Ran ran = run({}, ":vars\ndef f(x) = x\n1\nf(1, 2)\n");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("it is defined as f(x)"));
  EXPECT_EQ(run({}, ":vars\ndef f(x) = x +\n").code, 2);
}

TEST(Session, KeepsWhatAnyStatementAssigns) {
  EXPECT_EQ(output(":vars\nx = [1, 2]\ny[i] = x[i] * i\ny += 1\ny, x.sum()\n"), "y =\n[1, 3]\n3\n");
}

TEST(Script, DeclaredInputsMustBeBound) {
  const Ran ran = run({}, "x: f32[2]\nx + 1\n");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("'x' is declared as f32[2], but nothing is bound to it"));
}

TEST(Session, Misuse) {
  for (const auto &[script, message] : {std::pair{":frob", "no command :frob"},
                                        {":save x y.npy", "no variable 'x'"},
                                        {":load", "expected a variable's name and a file"},
                                        {":load 1x y.npy", "expected a variable's name and a file"},
                                        {":show nope 1", "'nope' is not a stage"},
                                        {":vars\nij->ji", "has no operands"},
                                        {":vars\nij->ji (", "has no operands"}}) {
    const Ran ran = run({}, script);
    EXPECT_EQ(ran.code, 2) << script;
    EXPECT_THAT(ran.err, HasSubstr(message));
  }
}

} // namespace
