// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is behind the C API's handles and tensors.
#pragma once

#include "CApi/Guard.h"
#include <array>
#include <atomic>
#include <einjit/DLPack.h>
#include <einjit/Kernel.h>

struct einjit_options {
  einjit::Options options;
};

struct einjit_kernel {
  explicit einjit_kernel(einjit::Kernel made) : kernel(std::move(made)) {}
  einjit::Kernel kernel;
  std::atomic<std::size_t> owners = 1;
};

namespace einjit::capi {

/// References to `count` tensors; on the stack unless there are uncommonly many. Throws einjit::Error for null pointers
/// and for tensors that einjit does not read.
template <class Ref> class Refs {
public:
  Refs(const einjit_tensor *const *tensors, std::size_t count, const char *parameter) : count_(count) {
    if (count > 0) require(tensors, parameter);
    if (count > few_.size()) many_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      require(tensors[i], parameter);
      data()[i] = dlpackRef(*tensors[i]);
    }
  }
  operator std::span<const Ref>() { return {data(), count_}; }

private:
  Ref *data() { return many_.empty() ? few_.data() : many_.data(); }
  std::size_t count_;
  std::array<Ref, 16> few_;
  std::vector<Ref> many_;
};

} // namespace einjit::capi
