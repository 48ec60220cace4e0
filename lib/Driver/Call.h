// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One call of a kernel that can run on this machine.
#pragma once

#include "Driver/KernelImpl.h"

namespace einjit {

/// The same tensor as memory to be written, which it must be.
inline TensorRef writable(const ConstTensorRef &tensor) {
  return {const_cast<void *>(tensor.data), tensor.dtype, tensor.shape, tensor.strides};
}

/// Runs the kernel on arguments that fit. An output that overlaps another argument, or does not lie as the kernel
/// writes it, is computed beside it first. Allocates nothing once the thread has had memory for as much.
void call(const Kernel::Impl &kernel, std::span<const ConstTensorRef> in, std::span<const TensorRef> out);

/// The same where only layouts are known to fit, as they do if the kernel was found by them: throws einjit::Error where
/// an argument has no data.
void callChecked(const Kernel::Impl &kernel, std::span<const ConstTensorRef> in, std::span<const TensorRef> out);
/// Runs the kernel if nothing but that is to be done: all arguments fit and lie as they should, none overlaps, and
/// there is no need of temporaries. Says whether it did.
bool callPlainly(const Kernel::Impl &kernel, std::span<const detail::Argument> arguments);

/// Throws einjit::Error for arguments that do not fit.
void checkFit(const Kernel::Impl &kernel, std::span<const ConstTensorRef> in, std::span<const TensorRef> out);

} // namespace einjit
