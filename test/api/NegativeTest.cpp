// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What compilers say of code that is wrong: each file in test/negative must be refused with one error, whose first line
// shows what the comment at the file's top says.
//
//   // What is wrong here.
//   // error: the message, of which compilers show pieces as arguments of einjit::CompileTimeError
//   // g++: words of a compiler's own instead, and in a line like this those of the other
//
// `// error: none` stands in files with what is almost wrong, but right.
// Files are compiled by g++ and, where it is there, clang++; the public headers are compiled once, ahead.
#include "Shell.h"
#include <algorithm>
#include <fstream>
#include <gmock/gmock.h>
#include <memory>
#include <sstream>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Compiler {
  std::string name, command;
};

std::vector<Compiler> compilers() {
  std::vector<Compiler> found = {{"g++", EINJIT_CXX}};
  if (const std::string clang = EINJIT_CLANGXX; !clang.empty()) found.push_back({"clang++", clang});
  return found;
}

std::vector<std::string> lines(std::istream &&text) {
  std::vector<std::string> found;
  for (std::string line; std::getline(text, line);) found.push_back(line);
  return found;
}

/// A compiler with the public headers precompiled.
class Prepared {
public:
  explicit Prepared(const Compiler &compiler) : isClang_(compiler.name == "clang++") {
    command_ = compiler.command + " -std=c++20 -Wall -Wextra -I " + EINJIT_SOURCE_DIR + "/include -fsyntax-only ";
    const std::string made = isClang_ ? "all.h.pch" : "all.h.gch";
    std::string ahead = command_;
    ahead.replace(ahead.find("-fsyntax-only"), 13, "-x c++-header all.h -o " + made);
    EXPECT_EQ(shell_.run("echo '#include <einjit/einjit.h>' > all.h\n" + ahead), "");
  }

  /// What it says of a file.
  std::string compile(const fs::path &file) const {
    return shell_.run(command_ + (isClang_ ? "-include-pch all.h.pch " : "-include all.h ") + file.string());
  }

private:
  einjit::test::Shell shell_;
  bool isClang_;
  std::string command_;
};

/// The compiler of this number, prepared when it is first asked for.
const Prepared &prepared(std::size_t number) {
  static std::vector<std::unique_ptr<Prepared>> all(compilers().size());
  if (!all[number]) all[number] = std::make_unique<Prepared>(compilers()[number]);
  return *all[number];
}

/// The pieces of a message that an error's line shows as template arguments `{"…"}`, one after the other.
std::string shownMessage(const std::string &line) {
  std::string message;
  for (std::size_t at = line.find("{\""); at != std::string::npos; at = line.find("{\"", at)) {
    const std::size_t end = line.find("\"}", at);
    if (end == std::string::npos) break;
    message += (message.empty() ? "" : " ") + line.substr(at + 2, end - at - 2);
    at = end;
  }
  return message;
}

/// Pieces are cut at spaces where there are any.
std::string withoutSpaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

/// What stands behind `// <word>: ` at the top of a file.
std::vector<std::string> expectations(const fs::path &file, const std::string &word) {
  std::vector<std::string> found;
  const std::string start = "// " + word + ": ";
  for (const std::string &line : lines(std::ifstream(file)))
    if (line.starts_with(start)) found.push_back(line.substr(start.size()));
  return found;
}

std::vector<fs::path> files() {
  std::vector<fs::path> found;
  for (const auto &entry : fs::directory_iterator(fs::path(EINJIT_SOURCE_DIR) / "test/negative"))
    if (entry.path().extension() == ".cpp") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

class Negative : public testing::TestWithParam<std::tuple<std::size_t, fs::path>> {};

TEST_P(Negative, IsRefusedInTheseWords) {
  const auto &[number, file] = GetParam();
  const std::string output = prepared(number).compile(file);
  const auto words = expectations(file, "error"), own = expectations(file, compilers()[number].name);
  ASSERT_EQ(words.size() + own.size(), 1u) << "the file does not say what to expect";
  if (words == std::vector<std::string>{"none"}) {
    EXPECT_EQ(output, "");
    return;
  }

  const std::vector<std::string> said = lines(std::istringstream(output));
  const auto isError = [](const std::string &line) { return line.find(" error: ") != std::string::npos; };
  ASSERT_EQ(std::ranges::count_if(said, isError), 1) << output;
  const auto first = std::ranges::find_if(said, isError);
  EXPECT_LE(first - said.begin(), 10) << output;

  for (const std::string &message : words)
    EXPECT_EQ(withoutSpaces(shownMessage(*first)), withoutSpaces(message)) << output;
  for (const std::string &part : own) EXPECT_THAT(*first, testing::HasSubstr(part)) << output;
  // The place in the user's own code is named, too.
  EXPECT_THAT(output, testing::HasSubstr(file.filename().string() + ":"));
}

INSTANTIATE_TEST_SUITE_P(All, Negative,
                         testing::Combine(testing::Range(std::size_t{0}, compilers().size()),
                                          testing::ValuesIn(files())),
                         [](const auto &parameters) {
                           std::string name = std::get<1>(parameters.param).stem().string() +
                                              (std::get<0>(parameters.param) ? "_clang" : "_gcc");
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

} // namespace
