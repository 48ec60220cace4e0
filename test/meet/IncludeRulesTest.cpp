// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What never includes what: the stages stay apart, so that each can be read, tested and replaced alone.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// No file whose path matches `files` (and not `except`) reaches, directly or through other headers of the tree, an
/// include that matches `forbidden`.
struct Rule {
  const char *what;
  const char *files, *except, *forbidden;
};

const Rule rules[] = {
    {"LLVM stays in code generation, the JIT, and the file that asks the host", ".*",
     "lib/(CodeGen|Jit)/.*|lib/Target/Host\\.cpp|test/(CodeGen|Jit)/.*", "llvm(-c)?/.*"},
    {"Boost stays in the parser", ".*", "lib/Syntax/.*", "boost/.*"},
    {"tensor IR knows no machine", "lib/Tensor/.*", "", "Target/.*"},
    {"loop IR and the steps know no machine", "lib/Loop/.*", "", "Target/.*"},
    {"code generation takes its facts from the loop IR alone", "lib/CodeGen/.*", "", "Tensor/.*"},
    {"the interpreters judge code generation, so they share nothing with it", "lib/Interp/.*", "", "(CodeGen|Jit)/.*"},
    {"code generation does not evaluate", "lib/(CodeGen|Jit)/.*", "", "Interp/.*|Scalar/Evaluate\\.h"},
    {"the public API stands on its own", "include/.*", "",
     "(Support|Scalar|Syntax|Tensor|Target|Plan|Loop|Interp|CodeGen|Jit|Runtime|Driver|CApi)/.*|lib/.*|fmt/.*|tbb/.*"},
    {"the command line, the benchmark, the examples and the tests of the API use the public API",
     "tools/einjit(-bench)?/.*|test/api/.*|examples/.*", "",
     "(Support|Scalar|Syntax|Tensor|Target|Plan|Loop|Interp|CodeGen|Jit|Runtime|Driver|CApi)/.*|lib/.*"},
};

const fs::path root = EINJIT_SOURCE_DIR;

bool isSource(const fs::path &path) {
  const fs::path extension = path.extension();
  return extension == ".h" || extension == ".cpp" || extension == ".def";
}

/// The tree's sources, by their paths from the root.
std::vector<std::string> sources() {
  std::vector<std::string> found;
  for (const char *folder : {"include", "lib", "tools", "test", "examples"})
    for (const auto &entry : fs::recursive_directory_iterator(root / folder))
      if (entry.is_regular_file() && isSource(entry.path())) found.push_back(fs::relative(entry.path(), root).string());
  return found;
}

/// What a file's #include lines name, as they name it.
const std::vector<std::string> &includes(const std::string &file) {
  static std::map<std::string, std::vector<std::string>> known;
  const auto [place, isNew] = known.try_emplace(file);
  if (!isNew) return place->second;
  static const std::regex line(R"(\s*#\s*include\s*[<"]([^>"]+)[>"].*)");
  std::ifstream in(root / file);
  std::smatch match;
  for (std::string text; std::getline(in, text);)
    if (std::regex_match(text, match, line)) place->second.push_back(match[1]);
  return place->second;
}

/// The tree's file that an include in `from` means; empty for a system header.
std::string resolve(const std::string &include, const std::string &from) {
  for (const fs::path &folder :
       {fs::path(from).parent_path(), fs::path("lib"), fs::path("include"), fs::path("test")}) {
    const fs::path candidate = (folder / include).lexically_normal();
    if (fs::is_regular_file(root / candidate)) return candidate.string();
  }
  return {};
}

/// The first include on a way from `file` that is forbidden, as `file: a.h: b.h`; empty if there is none.
std::string violation(const std::string &file, const std::regex &forbidden, std::set<std::string> &seen) {
  if (!seen.insert(file).second) return {};
  for (const std::string &include : includes(file)) {
    if (std::regex_match(include, forbidden)) return file + ": " + include;
    const std::string next = resolve(include, file);
    if (next.empty()) continue;
    const std::string deeper = violation(next, forbidden, seen);
    if (!deeper.empty()) return file + ": " + deeper;
  }
  return {};
}

TEST(IncludeRules, Hold) {
  for (const Rule &rule : rules) {
    const std::regex files(rule.files), except(rule.except), forbidden(rule.forbidden);
    for (const std::string &file : sources()) {
      if (!std::regex_match(file, files) || std::regex_match(file, except)) continue;
      std::set<std::string> seen;
      EXPECT_EQ(violation(file, forbidden, seen), "") << rule.what;
    }
  }
}

TEST(IncludeRules, FindWhatTheyLookFor) {
  // The scan itself: a file that is known to include these, directly and through another header.
  std::set<std::string> seen;
  EXPECT_EQ(violation("lib/Runtime/NpyHeader.cpp", std::regex("Runtime/NpyHeader\\.h"), seen),
            "lib/Runtime/NpyHeader.cpp: Runtime/NpyHeader.h");
  seen.clear();
  EXPECT_EQ(violation("lib/Runtime/NpyHeader.cpp", std::regex("Support/Diagnostic\\.h"), seen),
            "lib/Runtime/NpyHeader.cpp: lib/Runtime/NpyHeader.h: lib/Support/Result.h: Support/Diagnostic.h");
}

/// The tree's files that `file` includes, directly or not.
void collectReachable(const std::string &file, std::set<std::string> &reachable) {
  for (const std::string &include : includes(file)) {
    const std::string next = resolve(include, file);
    if (!next.empty() && reachable.insert(next).second) collectReachable(next, reachable);
  }
}

TEST(IncludeRules, HeadersFormNoCycle) {
  for (const std::string &file : sources()) {
    std::set<std::string> reachable;
    collectReachable(file, reachable);
    EXPECT_FALSE(reachable.contains(file)) << file << " includes itself";
  }
}

TEST(Licence, StandsInEverySource) {
  std::vector<std::string> files = sources();
  for (const char *script : {"CMakeLists.txt", "lib/CMakeLists.txt", "tools/CMakeLists.txt", "test/CMakeLists.txt",
                             "tools/run", "tools/test", "tools/setup.sh", ".ci/run", "test/package/installed",
                             "test/package/debian", "test/package/exports.py"})
    files.emplace_back(script);
  for (const std::string &file : files) {
    std::ifstream in(root / file);
    std::string first;
    std::getline(in, first);
    if (first.starts_with("#!")) std::getline(in, first);
    EXPECT_TRUE(first.ends_with("SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception")) << file << ": " << first;
  }
}

} // namespace
