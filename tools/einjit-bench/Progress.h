// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <string>

namespace einjit::bench {

/// One line on standard error that says how far the run is; nothing where that is no terminal.
class Progress {
public:
  explicit Progress(std::size_t total) : total_(total) {}
  ~Progress() { clear(); }
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  void show(std::size_t done, const std::string &what) const;
  void clear() const;

private:
  std::size_t total_;
};

} // namespace einjit::bench
