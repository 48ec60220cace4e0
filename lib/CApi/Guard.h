// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The border between C++ and C: exceptions become statuses and the thread's last error.
#pragma once

#include "Support/Diagnostic.h"
#include <einjit/capi.h>
#include <exception>

namespace einjit::capi {

/// Keeps the exception that is being handled as this thread's last error; its status.
einjit_status rememberError() noexcept;

template <class Work> einjit_status guarded(Work work) noexcept {
  try {
    work();
    return EINJIT_OK;
  } catch (...) {
    return rememberError();
  }
}

/// Throws einjit::Error, naming the parameter, for a null pointer.
void require(const void *pointer, const char *parameter);

} // namespace einjit::capi
