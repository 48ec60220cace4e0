// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the tables of the compiler hold is described in the documentation.
#include "Support/Diagnostic.h"
#include "Tensor/Lower/Lowering.h"
#include "Tensor/Passes/Passes.h"
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

namespace {

using namespace einjit;
using testing::HasSubstr;

std::string page(const char *name) {
  std::ifstream in(std::string(EINJIT_SOURCE_DIR "/docs/") + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Language, DescribesEveryFunction) {
  const std::string text = page("language.md");
  for (const std::string &name : tensor::Lowering::functionNames()) EXPECT_THAT(text, HasSubstr("`" + name));
}

TEST(Language, DescribesEveryError) {
  const std::string text = page("language.md");
#define DIAGNOSTIC(Kind, name, category) EXPECT_THAT(text, HasSubstr("`" name "`"));
#include "Support/Diagnostics.def"
#undef DIAGNOSTIC
}

TEST(Architecture, DescribesEveryPassAndStep) {
  const std::string text = page("architecture.md");
  for (const tensor::Pass &pass : tensor::passes()) EXPECT_THAT(text, HasSubstr("`" + std::string(pass.name) + "`"));
#define STEP(Name, name) EXPECT_THAT(text, HasSubstr("`" name));
#include "Loop/Steps/Steps.def"
#undef STEP
}

} // namespace
