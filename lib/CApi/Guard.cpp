// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CApi/Guard.h"
#include <fmt/format.h>
#include <new>
#include <string>

namespace einjit::capi {
namespace {

struct LastError {
  std::string message, kind;
};
LastError &lastError() {
  thread_local LastError error;
  return error;
}

static_assert(static_cast<int>(ErrorCategory::Runtime) == EINJIT_ERROR_RUNTIME);
static_assert(static_cast<int>(ErrorCategory::Usage) == EINJIT_ERROR_USAGE);
static_assert(static_cast<int>(ErrorCategory::Shape) == EINJIT_ERROR_SHAPE);
static_assert(static_cast<int>(ErrorCategory::Resource) == EINJIT_ERROR_RESOURCE);

/// `kind` is short enough to need no memory.
einjit_status remember(einjit_status status, const char *message, const std::string &kind) noexcept {
  try {
    lastError() = {message, kind};
  } catch (const std::bad_alloc &) { // then it is the kind alone that is known
    lastError().message.clear();
    lastError().kind.clear();
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

const char *einjit_last_error(void) { return einjit::capi::lastError().message.c_str(); }
const char *einjit_last_error_kind(void) { return einjit::capi::lastError().kind.c_str(); }

} // extern "C"
