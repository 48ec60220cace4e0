// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CApi/Guard.h"
#include "Support/ThreadsOwn.h"
#include <fmt/format.h>
#include <new>
#include <string>

namespace einjit::capi {
namespace {

struct LastError {
  std::string message, kind;
};
/// A part of this thread's last error; of an ending thread, which keeps none, an empty text.
const char *lastOf(std::string LastError::*part) {
  const LastError *error = threadsOwn<LastError>();
  return error ? (error->*part).c_str() : "";
}

static_assert(static_cast<int>(ErrorCategory::Runtime) == EINJIT_ERROR_RUNTIME);
static_assert(static_cast<int>(ErrorCategory::Usage) == EINJIT_ERROR_USAGE);
static_assert(static_cast<int>(ErrorCategory::Shape) == EINJIT_ERROR_SHAPE);
static_assert(static_cast<int>(ErrorCategory::Resource) == EINJIT_ERROR_RESOURCE);

/// `kind` is short enough to need no memory.
einjit_status remember(einjit_status status, const char *message, const std::string &kind) noexcept {
  LastError *const last = threadsOwn<LastError>();
  if (!last) return status;
  try {
    *last = {message, kind};
  } catch (const std::bad_alloc &) { // then it is the status alone that is known
    last->message.clear();
    last->kind.clear();
  }
  return status;
}

} // namespace

einjit_status rememberError() noexcept {
  try {
    throw;
  } catch (const Error &error) {
    return remember(static_cast<einjit_status>(error.category()), error.what(), error.kind());
  } catch (const std::bad_alloc &) {
    return remember(EINJIT_ERROR_RUNTIME, "error: no memory", std::string(name(DiagnosticKind::OutOfMemory)));
  } catch (const std::exception &error) {
    return remember(EINJIT_ERROR_INTERNAL, error.what(), "internal");
  } catch (...) {
    return remember(EINJIT_ERROR_INTERNAL, "an exception of an unknown type", "internal");
  }
}

void require(const void *pointer, const char *parameter) {
  if (!pointer) throwError({{DiagnosticKind::BadArguments, fmt::format("{} is a null pointer", parameter)}}, {});
}

} // namespace einjit::capi

extern "C" {

using einjit::capi::LastError, einjit::capi::lastOf;

const char *einjit_last_error(void) { return lastOf(&LastError::message); }
const char *einjit_last_error_kind(void) { return lastOf(&LastError::kind); }

} // extern "C"
