// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The documentation is true: what its pages show is what happens, and the C++ in them is built and run.
#include "Page.h"
#include "Shell.h"
#include "support/Golden.h"
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>

namespace {

namespace fs = std::filesystem;
using namespace einjit::test;

const fs::path root = EINJIT_SOURCE_DIR;

std::string read(const fs::path &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The pages, by their paths from the root. Commands in the pages of examples run in their folders, others in the root.
std::vector<std::string> pages() {
  std::vector<std::string> found = {"README.md", "examples/README.md"};
  for (const auto &entry : fs::directory_iterator(root / "docs"))
    if (entry.path().extension() == ".md") found.push_back("docs/" + entry.path().filename().string());
  for (const auto &entry : fs::directory_iterator(root / "examples"))
    if (entry.is_directory()) found.push_back("examples/" + entry.path().filename().string() + "/README.md");
#ifndef EINJIT_IS_LOADABLE
  std::erase(found, "examples/09-python/README.md");
#endif
  std::sort(found.begin(), found.end());
  return found;
}

class Page : public testing::TestWithParam<std::string> {
protected:
  const fs::path path = root / GetParam();
  const std::string text = read(path);
};

TEST_P(Page, ShowsWhatHappens) {
  const fs::path folder = fs::path(GetParam()).parent_path();
  const Shell shell(root, folder == "docs" ? fs::path() : folder);
  const std::string actual = refreshed(text, [&](const std::string &command) { return shell.run(command); });
  if (isBlessing())
    std::ofstream(path, std::ios::binary) << actual;
  else
    EXPECT_EQ(text, actual);
}

TEST_P(Page, LinksToFilesThatExist) {
  for (const std::string &file : linkedFiles(text)) EXPECT_TRUE(fs::exists(path.parent_path() / file)) << file;
}

/// The lines without what they are indented by.
std::string withoutIndentation(const std::string &text) {
  static const std::regex indentation("(^|\n)[ ]+");
  return std::regex_replace(text, indentation, "$1");
}

TEST_P(Page, ShowsCodeOfProgramsThatAreRun) {
  for (const char *language : {"cpp", "c"}) {
    std::vector<std::string> sources;
    for (const char *folder : {"examples", "test/api", "test/negative"})
      for (const auto &entry : fs::recursive_directory_iterator(root / folder))
        if (entry.path().extension() == std::string(".") + language)
          sources.push_back(withoutIndentation(read(entry.path())));
    for (const std::string &block : blocks(text, language)) {
      const std::string code = withoutIndentation(block);
      EXPECT_TRUE(std::any_of(sources.begin(), sources.end(),
                              [&](const std::string &source) { return source.find(code) != std::string::npos; }))
          << "no program in examples/ or test/api/ holds this code:\n"
          << block;
    }
  }
}

TEST_P(Page, ShowsBuildsThatAreRun) {
  const std::string consumer = read(root / "test/package/consumer/CMakeLists.txt");
  for (const std::string &block : blocks(text, "cmake"))
    EXPECT_NE(consumer.find(block), std::string::npos) << "the test's project is not built like this:\n" << block;
}

INSTANTIATE_TEST_SUITE_P(All, Page, testing::ValuesIn(pages()), [](const auto &page) {
  std::string name = page.param;
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
});

TEST(PageText, IsRefreshed) {
  const std::string page = "a\n```console\n$ one\nold\n$ two \\\n> more\n```\n```cpp\n$ x\n```\n"
                           "| program | gives | |\n|---|---|---|\n| `1` | `?` | why |\n";
  EXPECT_EQ(refreshed(page, [](const std::string &command) { return "<" + command + ">\n"; }),
            "a\n```console\n$ one\n<one>\n$ two \\\n> more\n<two \\\nmore>\n```\n```cpp\n$ x\n```\n"
            "| program | gives | |\n|---|---|---|\n| `1` | `<einjit eval '1'>` | why |\n");
  EXPECT_THAT(blocks(page, "cpp"), testing::ElementsAre("$ x\n"));
  EXPECT_THAT(linkedFiles("[a](b.md), [c](d.md#e), [f](https://g.h)"), testing::ElementsAre("b.md", "d.md"));
}

} // namespace
