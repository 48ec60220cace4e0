// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Processes that share a cache on disk: what one has compiled no other compiles again, and nothing that happens to the
// files changes a result.
#include "Driver/ScratchFolder.h"
#include <cstdio>
#include <gmock/gmock.h>
#include <map>
#include <memory>
#include <sstream>

namespace einjit {
namespace {

namespace fs = std::filesystem;

std::string outputOf(const std::string &command) {
  struct Close {
    void operator()(std::FILE *pipe) const { EXPECT_EQ(::pclose(pipe), 0); }
  };
  const std::unique_ptr<std::FILE, Close> pipe(::popen(command.c_str(), "r"));
  std::string output;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) output += static_cast<char>(c);
  return output;
}

/// What a process printed: its results, and its counters.
struct Ran {
  std::string results;
  std::map<std::string, int> counts;
};

Ran parse(const std::string &output) {
  Ran ran;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (line.find(':') != std::string::npos)
      ran.results += line + "\n";
    else
      ran.counts[line.substr(0, line.find(' '))] = std::stoi(line.substr(line.find(' ')));
  return ran;
}

class SecondProcess : public testing::Test {
protected:
  test::ScratchFolder scratch;
  const fs::path folder = scratch.path() / "cache";

  /// A command that runs the program with nothing in its environment but these settings.
  std::string command(const std::string &settings, const std::string &arguments = "") const {
    return "env -i " + settings + " " EINJIT_CACHE_USER " " + arguments;
  }
  std::string here() const { return "EINJIT_CACHE_DIR=" + folder.string(); }
  Ran run(const std::string &settings, const std::string &arguments = "") const {
    return parse(outputOf(command(settings, arguments)));
  }
};

constexpr int programs = 5;

TEST_F(SecondProcess, GeneratesNoCode) {
  Ran first = run(here()), second = run(here());
  EXPECT_EQ(first.counts["compiled"], programs);
  EXPECT_EQ(first.counts["stored"], programs);
  EXPECT_EQ(first.counts["codeGenerations"], programs);
  EXPECT_EQ(second.counts["loaded"], programs);
  EXPECT_EQ(second.counts["codeGenerations"], 0);
  EXPECT_EQ(second.counts["stored"], 0);
  EXPECT_EQ(second.results, first.results);
  EXPECT_THAT(first.results, testing::HasSubstr("threads: "));
}

TEST_F(SecondProcess, CompilesAnewWhatIsDamaged) {
  const Ran first = run(here());
  int at = 0;
  for (const fs::path &file : test::filesIn(folder)) {
    std::string bytes = test::readFile(file);
    const std::size_t position = bytes.size() * static_cast<std::size_t>(++at) / (programs + 1);
    bytes[position] = static_cast<char>(~bytes[position]);
    test::writeFile(file, bytes);
  }
  Ran second = run(here()), third = run(here());
  EXPECT_EQ(second.results, first.results);
  EXPECT_EQ(second.counts["refused"], programs);
  EXPECT_EQ(second.counts["compiled"], programs);
  EXPECT_EQ(third.counts["loaded"], programs) << "it was replaced";
}

TEST_F(SecondProcess, MayRunWhileTheFirstWrites) {
  std::string together;
  for (int i = 0; i < 4; ++i)
    together += command(here()) + " > " + (scratch.path() / std::to_string(i)).string() + " & ";
  outputOf(together + "wait");
  Ran after = run(here());
  EXPECT_EQ(after.counts["loaded"], programs);
  for (int i = 0; i < 4; ++i) {
    Ran ran = parse(test::readFile(scratch.path() / std::to_string(i)));
    EXPECT_EQ(ran.results, after.results);
    EXPECT_EQ(ran.counts["compiled"] + ran.counts["loaded"], programs);
    EXPECT_EQ(ran.counts["refused"], 0);
  }
  EXPECT_EQ(test::filesIn(folder).size(), static_cast<std::size_t>(programs));
}

TEST_F(SecondProcess, UsesNoDiskIfToldSo) {
  run(here());
  for (const char *off : {"EINJIT_CACHE=off", "EINJIT_CACHE_BYTES=0"})
    EXPECT_EQ(run(here() + " " + off).counts["codeGenerations"], programs) << off;
  EXPECT_EQ(run(here(), "--no-cache").counts["codeGenerations"], programs);
  EXPECT_EQ(run(here() + " EINJIT_CACHE=on").counts["loaded"], programs);
  const std::string elsewhere = "EINJIT_CACHE_DIR=" + (scratch.path() / "other").string();
  run(elsewhere + " EINJIT_CACHE=off");
  run(elsewhere, "--no-cache");
  EXPECT_FALSE(fs::exists(scratch.path() / "other"));
}

TEST_F(SecondProcess, FindsTheCacheWhereOthersHaveTheirs) {
  const std::string home = "HOME=" + scratch.path().string();
  run(home);
  EXPECT_EQ(test::filesIn(scratch.path() / ".cache/einjit").size(), static_cast<std::size_t>(programs));
  run(home + " XDG_CACHE_HOME=relative");
  EXPECT_FALSE(fs::exists("relative")) << "by the specification it means nothing";
  run(home + " XDG_CACHE_HOME=" + (scratch.path() / "xdg").string());
  EXPECT_EQ(test::filesIn(scratch.path() / "xdg/einjit").size(), static_cast<std::size_t>(programs));
  EXPECT_EQ(run("").counts["compiled"], programs) << "without a home there is none";
}

TEST_F(SecondProcess, KeepsTheBoundOfTheEnvironment) {
  Ran ran = run(here() + " EINJIT_CACHE_BYTES=1000");
  EXPECT_LT(ran.counts["stored"], programs);
  EXPECT_EQ(ran.counts["compiled"], programs);
  EXPECT_EQ(run(here() + " EINJIT_CACHE_BYTES=1e9").counts["stored"], programs) << "no number, so as if unset";
}

} // namespace
} // namespace einjit
