// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "support/Golden.h"
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace einjit::test {
namespace {

bool blessing = false;

std::string readFile(const std::filesystem::path &path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

Golden readGolden(const std::filesystem::path &path) {
  Golden golden{path.string(), path.stem().string(), {}, {}, {}, {}};
  std::istringstream lines(readFile(path));
  std::string *part = &golden.header;
  for (std::string line; std::getline(lines, line);) {
    if (part == &golden.header && !line.starts_with("# ")) part = &golden.input;
    if (part == &golden.input && line == "====") {
      part = &golden.expected;
      continue;
    }
    if (part == &golden.header && line.starts_with("# run:"))
      golden.arguments = line.substr(std::min(line.size(), std::size_t{7}));
    *part += line + "\n";
  }
  return golden;
}

} // namespace

std::vector<Golden> goldens(const std::string &folder) {
  std::vector<Golden> found;
  for (const auto &entry : std::filesystem::directory_iterator(std::filesystem::path(EINJIT_TEST_DIR) / folder))
    if (entry.path().extension() == ".golden") found.push_back(readGolden(entry.path()));
  std::sort(found.begin(), found.end(), [](const Golden &a, const Golden &b) { return a.name < b.name; });
  EXPECT_FALSE(found.empty()) << "no goldens in test/" << folder;
  return found;
}

void checkGoldens(const std::string &folder, const std::function<std::string(const Golden &)> &action) {
  for (const Golden &golden : goldens(folder)) {
    SCOPED_TRACE(golden.path);
    std::string actual = action(golden);
    if (!actual.empty() && actual.back() != '\n') actual += '\n';
    if (blessing)
      std::ofstream(golden.path) << golden.header << golden.input << "====\n" << actual;
    else
      EXPECT_EQ(golden.expected, actual);
  }
}

bool isBlessing() { return blessing; }

} // namespace einjit::test

int main(int argc, char **argv) {
  // Tests neither trust nor fill the cache of whoever runs them.
  ::setenv("EINJIT_CACHE", "off", 1);
  testing::InitGoogleTest(&argc, argv);
  const char *bless = std::getenv("EINJIT_BLESS");
  einjit::test::blessing = bless && std::string(bless) == "1";
  for (int i = 1; i < argc; ++i)
    if (std::string(argv[i]) == "--bless") einjit::test::blessing = true;
  return RUN_ALL_TESTS();
}
