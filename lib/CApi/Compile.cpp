// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C API up to a kernel: options, and what is compiled with them.
#include "CApi/Handles.h"
#include "Driver/OptionValues.h"
#include "Runtime/Layout.h"
#include "Support/Version.h"
#include <einjit/Einsum.h>

namespace {

using namespace einjit;
using capi::guarded;
using capi::require;
using Inputs = capi::Refs<ConstTensorRef>;

Options optionsOf(const einjit_options *options) { return options ? options->options : defaultOptions(); }

} // namespace

extern "C" {

const char *einjit_version(void) { return versionText(); }

einjit_status einjit_options_create(einjit_options **options) {
  return guarded([&] {
    require(options, "options");
    *options = new einjit_options{defaultOptions()};
  });
}

einjit_status einjit_options_set(einjit_options *options, const char *name, const char *value) {
  return guarded([&] {
    require(options, "options");
    require(name, "name");
    require(value, "value");
    if (const Status set = setOption(options->options, name, value); !set) throwError(set.errors(), {});
  });
}

einjit_status einjit_options_set_results(einjit_options *options, const char *const *names, size_t count) {
  return guarded([&] {
    require(options, "options");
    if (count > 0) require(names, "names");
    for (size_t i = 0; i < count; ++i) require(names[i], "names");
    options->options.results.assign(names, names + count);
  });
}

void einjit_options_free(einjit_options *options) { delete options; }

einjit_status einjit_einsum(const char *einsum, const einjit_tensor *const *inputs, size_t count,
                            const einjit_tensor *output) {
  return guarded([&] {
    require(einsum, "einsum");
    require(output, "output");
    Inputs in(inputs, count, "inputs");
    detail::einsumInto(einsum, in, dlpackRef(*output), {}, {});
  });
}

einjit_status einjit_compile(const char *einsum, const einjit_tensor *const *operands, size_t count,
                             const einjit_options *options, einjit_kernel **kernel) {
  return guarded([&] {
    require(einsum, "einsum");
    require(kernel, "kernel");
    Inputs in(operands, count, "operands");
    std::vector<TensorType> types;
    for (const ConstTensorRef &operand : std::span<const ConstTensorRef>(in)) types.push_back(operand.type());
    *kernel = new einjit_kernel(compile(einsum, types, optionsOf(options)));
  });
}

einjit_status einjit_compile_program(const char *program, const char *const *names, const einjit_tensor *const *inputs,
                                     size_t count, const einjit_options *options, einjit_kernel **kernel) {
  return guarded([&] {
    require(program, "program");
    require(kernel, "kernel");
    if (count > 0) require(names, "names");
    Inputs in(inputs, count, "inputs");
    std::vector<Binding> bindings;
    for (const ConstTensorRef &input : std::span<const ConstTensorRef>(in)) {
      const char *name = names[bindings.size()];
      require(name, "names");
      bindings.push_back({name, input.type(), integerValue(input)});
    }
    *kernel = new einjit_kernel(compileProgram(program, bindings, optionsOf(options)));
  });
}

} // extern "C"
