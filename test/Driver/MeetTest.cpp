// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Notations meet: what means the same becomes the same kernel, and the first users' programs become the kernels that
// one would write by hand.
#include <einjit/einjit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace einjit {
namespace {

std::size_t occurrences(const std::string &text, const std::string &part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

Options haswell() {
  Options options;
  options.target = "haswell"; // plans differ from machine to machine
  return options;
}

TEST(Meet, TheWeightedSumInAllNotations) {
  const TensorType embeddings{DType::F32, {32, 20, 128}}, weights{DType::F32, {32, 20}},
      column{DType::F32, {32, 20, 1}};
  const std::string expected = compile("bce,bc->be", {embeddings, weights}, haswell()).text(Stage::Loop);
  const auto loops = [&](const std::string &text, const TensorType &w) {
    return compileProgram(text, {{"x", embeddings, {}}, {"w", w, {}}}, haswell()).text(Stage::Loop);
  };
  EXPECT_EQ(loops("(x * w.unsqueeze(-1)).sum(dim=1)", weights), expected);
  EXPECT_EQ(loops("(x * w).sum(dim=1)", column), expected);
  EXPECT_EQ(loops("w2 = w.expand(-1, -1, 128)\n(x * w2).sum(1)", column), expected);
  EXPECT_EQ(loops("torch.einsum('bce,bc->be', x, w.squeeze(-1))", column), expected);
}

TEST(Meet, TheGateSumIsOneNestThatReadsEachInputOnce) {
  const Kernel kernel = compileProgram("XW_T + H_t_UT.unsqueeze(1) + b",
                                       {{"XW_T", {DType::F32, {4, 128, 256}}, {}},
                                        {"H_t_UT", {DType::F32, {4, 256}}, {}},
                                        {"b", {DType::F32, {256}}, {}}},
                                       haswell());
  const std::string loops = kernel.text(Stage::Loop);
  for (const char *access : {"%a[", "%b[", "%c[", "%out["}) EXPECT_EQ(occurrences(loops, access), 1U) << loops;
  EXPECT_EQ(occurrences(loops, "\n  for "), 1U) << loops;
  EXPECT_EQ(kernel.cost().scratchBytes, 0);
}

TEST(Meet, TheGateOfMatricesIsOneNestForEachProduct) {
  const Kernel kernel = compileProgram("X @ W.T + (H @ U.T).unsqueeze(1) + b",
                                       {{"X", {DType::F32, {4, 8, 16}}, {}},
                                        {"W", {DType::F32, {32, 16}}, {}},
                                        {"H", {DType::F32, {4, 16}}, {}},
                                        {"U", {DType::F32, {32, 16}}, {}},
                                        {"b", {DType::F32, {32}}, {}}},
                                       haswell());
  const std::string tensor = kernel.text(Stage::TensorOpt);
  EXPECT_EQ(occurrences(tensor, "\n  %"), 2U) << tensor;
}

} // namespace
} // namespace einjit
