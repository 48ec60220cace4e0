// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each public header compiles on its own, without a warning, and brings in nothing but the standard library and other
// public headers; Eigen.h is for those who have Eigen.
#include "Shell.h"
#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <sstream>

namespace {

namespace fs = std::filesystem;

std::vector<std::string> headers() {
  std::vector<std::string> found;
  const fs::path root = fs::path(EINJIT_SOURCE_DIR) / "include/einjit";
  for (const auto &entry : fs::recursive_directory_iterator(root))
    if (entry.path().extension() == ".h")
      found.push_back(entry.path().lexically_relative(root).replace_extension().string());
#ifndef EINJIT_EIGEN
#define EINJIT_EIGEN ""
  std::erase(found, "Eigen");
#endif
  std::sort(found.begin(), found.end());
  return found;
}

/// The compiler on a file that includes the header twice, with these options more.
std::string compile(const std::string &header, const std::string &options) {
  const einjit::test::Shell shell;
  const std::string line = "#include <einjit/" + header + ".h>";
  return shell.run("printf '%s\\n%s\\n' '" + line + "' '" + line + "' > header.cpp\n" + EINJIT_CXX +
                   " -std=c++20 -Wall -Wextra -Wconversion -pedantic -I " + EINJIT_SOURCE_DIR + "/include " + options +
                   (header == "Eigen" ? " -isystem " EINJIT_EIGEN : "") + " header.cpp");
}

class Header : public testing::TestWithParam<std::string> {};

TEST_P(Header, CompilesAlone) { EXPECT_EQ(compile(GetParam(), "-fsyntax-only"), ""); }

TEST_P(Header, BringsInNothingForeign) {
  std::istringstream files(compile(GetParam(), "-M"));
  const std::string own = std::string(EINJIT_SOURCE_DIR) + "/";
  for (std::string file; files >> file;) {
    if (file.starts_with(own)) {
      EXPECT_TRUE(file.starts_with(own + "include/einjit/")) << file;
    }
    for (const char *foreign : {"/llvm/", "/llvm-c/", "/boost/", "/fmt/", "/tbb/", "/oneapi/", "/nlohmann/"})
      EXPECT_EQ(file.find(foreign), std::string::npos) << file;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Header, testing::ValuesIn(headers()), [](const auto &header) {
  std::string name = header.param;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
});

} // namespace
