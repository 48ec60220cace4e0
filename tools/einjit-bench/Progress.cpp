// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Progress.h"
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace einjit::bench {
namespace {

bool isTerminal() {
  static const bool is = isatty(STDERR_FILENO) != 0;
  return is;
}

} // namespace

void Progress::show(std::size_t done, const std::string &what) const {
  constexpr std::size_t width = 30;
  if (!isTerminal()) return;
  const std::size_t filled = total_ == 0 ? width : done * width / total_;
  fmt::print(stderr, "\r\033[K[{}{}] {}/{} {}", std::string(filled, '='), std::string(width - filled, ' '), done,
             total_, what.substr(0, 40));
  std::fflush(stderr);
}

void Progress::clear() const {
  if (!isTerminal()) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
}

} // namespace einjit::bench
