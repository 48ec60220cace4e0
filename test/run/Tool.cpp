// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tool.h"
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace einjit::test {
namespace {

std::string read(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "einjit-run-XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}

std::string TemporaryFolder::write(const std::string &name, const std::string &content) const {
  std::ofstream(file(name), std::ios::binary) << content;
  return file(name);
}

std::size_t TemporaryFolder::fileCount() const {
  const std::filesystem::directory_iterator begin(path_);
  return static_cast<std::size_t>(std::distance(begin, std::filesystem::directory_iterator()));
}

// The streams are files, so that no amount of output can make either side wait for the other.
Ran run(const std::vector<std::string> &arguments, const std::string &input) {
  const TemporaryFolder folder;
  const std::string in = folder.write("in", input), out = folder.file("out"), err = folder.file("err");
  posix_spawn_file_actions_t streams;
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_addopen(&streams, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&streams, STDOUT_FILENO, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&streams, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT, 0600);

  std::string tool = EINJIT_TOOL;
  std::vector<std::string> words = arguments;
  std::vector<char *> argv{tool.data()};
  for (std::string &word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawn(&child, tool.c_str(), &streams, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&streams);
  int status = 0;
  if (failed != 0 || waitpid(child, &status, 0) != child) throw std::runtime_error("cannot run " + tool);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), read(out), read(err)};
}

} // namespace einjit::test
