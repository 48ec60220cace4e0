// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C API of a compiled kernel.
#include "CApi/Handles.h"
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <new>

namespace {

using namespace einjit;
using capi::guarded;
using capi::require;

/// Describes bindings[index]; the description refers to it.
void describe(const std::vector<Binding> &bindings, size_t index, const char **name, einjit_tensor *type) {
  if (index >= bindings.size())
    throwError({{DiagnosticKind::BadArguments, fmt::format("there is no number {}, only {}", index, bindings.size())}},
               {});
  const Binding &binding = bindings[index];
  if (name) *name = binding.name.c_str();
  if (!type) return;
  const auto numbers = [](const std::vector<std::int64_t> &from) {
    return from.empty() ? nullptr : const_cast<std::int64_t *>(from.data());
  };
  *type = {nullptr,
           {EINJIT_DL_CPU, 0},
           static_cast<std::int32_t>(binding.type.rank()),
           detail::dlpackType(binding.type.dtype),
           numbers(binding.type.shape),
           numbers(binding.type.strides),
           0};
}

} // namespace

extern "C" {

einjit_kernel *einjit_kernel_retain(einjit_kernel *kernel) {
  if (kernel) kernel->owners.fetch_add(1, std::memory_order_relaxed);
  return kernel;
}

void einjit_kernel_release(einjit_kernel *kernel) {
  if (kernel && kernel->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete kernel;
}

size_t einjit_kernel_input_count(const einjit_kernel *kernel) { return kernel ? kernel->kernel.inputs().size() : 0; }
size_t einjit_kernel_result_count(const einjit_kernel *kernel) { return kernel ? kernel->kernel.results().size() : 0; }

einjit_status einjit_kernel_input(const einjit_kernel *kernel, size_t index, const char **name, einjit_tensor *type) {
  return guarded([&] {
    require(kernel, "kernel");
    describe(kernel->kernel.inputs(), index, name, type);
  });
}

einjit_status einjit_kernel_result(const einjit_kernel *kernel, size_t index, const char **name, einjit_tensor *type) {
  return guarded([&] {
    require(kernel, "kernel");
    describe(kernel->kernel.results(), index, name, type);
  });
}

einjit_status einjit_kernel_run(const einjit_kernel *kernel, const einjit_tensor *const *inputs, size_t input_count,
                                const einjit_tensor *const *outputs, size_t output_count) {
  return guarded([&] {
    require(kernel, "kernel");
    capi::Refs<ConstTensorRef> in(inputs, input_count, "inputs");
    capi::Refs<TensorRef> out(outputs, output_count, "outputs");
    kernel->kernel.run(in, out);
  });
}

einjit_status einjit_kernel_text(const einjit_kernel *kernel, const char *stage, char **text) {
  return guarded([&] {
    require(kernel, "kernel");
    require(stage, "stage");
    require(text, "text");
    const std::optional<Stage> known = parseStage(stage);
    if (!known) throwError({{DiagnosticKind::BadArguments, fmt::format("'{}' is not a stage", stage)}}, {});
    const std::string made = kernel->kernel.text(*known);
    auto *copy = static_cast<char *>(std::malloc(made.size() + 1));
    if (!copy) throw std::bad_alloc();
    std::memcpy(copy, made.c_str(), made.size() + 1);
    *text = copy;
  });
}

void einjit_string_free(char *text) { std::free(text); }

einjit_status einjit_kernel_cost(const einjit_kernel *kernel, einjit_cost *cost) {
  return guarded([&] {
    require(kernel, "kernel");
    require(cost, "cost");
    const Cost known = kernel->kernel.cost();
    *cost = {known.flops, known.bytes, known.scratchBytes};
  });
}

einjit_status einjit_kernel_save(const einjit_kernel *kernel, const char *path, const char *symbol) {
  return guarded([&] {
    require(kernel, "kernel");
    require(path, "path");
    kernel->kernel.save(path, symbol ? symbol : "");
  });
}

} // extern "C"
