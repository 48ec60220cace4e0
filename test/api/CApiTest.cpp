// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C API, called from C++; examples/08-c calls it from C.
#include "Shell.h"
#include <array>
#include <cstring>
#include <einjit/capi.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <thread>
#include <vector>

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// A tensor of floats with its memory.
struct Floats {
  std::vector<std::int64_t> shape, strides;
  std::vector<float> elements;
  einjit_tensor tensor;

  Floats(std::vector<std::int64_t> extents, std::vector<float> values, std::vector<std::int64_t> steps = {})
      : shape(std::move(extents)), strides(std::move(steps)), elements(std::move(values)),
        tensor{elements.data(),
               {EINJIT_DL_CPU, 0},
               static_cast<std::int32_t>(shape.size()),
               {EINJIT_DL_FLOAT, 32, 1},
               shape.data(),
               strides.empty() ? nullptr : strides.data(),
               0} {}
  Floats(const Floats &) = delete;
  Floats &operator=(const Floats &) = delete;
};

using Pointers = std::vector<const einjit_tensor *>;

struct Release {
  void operator()(einjit_kernel *kernel) const { einjit_kernel_release(kernel); }
  void operator()(einjit_options *options) const { einjit_options_free(options); }
  void operator()(char *text) const { einjit_string_free(text); }
};
template <class T> using Owned = std::unique_ptr<T, Release>;

Owned<einjit_kernel> compile(const char *einsum, const Pointers &operands, const einjit_options *options = nullptr) {
  einjit_kernel *kernel = nullptr;
  EXPECT_EQ(einjit_compile(einsum, operands.data(), operands.size(), options, &kernel), EINJIT_OK)
      << einjit_last_error();
  return Owned<einjit_kernel>(kernel);
}

Owned<einjit_options> options() {
  einjit_options *made = nullptr;
  EXPECT_EQ(einjit_options_create(&made), EINJIT_OK);
  return Owned<einjit_options>(made);
}

std::string text(const einjit_kernel *kernel, const char *stage) {
  char *text = nullptr;
  EXPECT_EQ(einjit_kernel_text(kernel, stage, &text), EINJIT_OK);
  return Owned<char>(text).get();
}

class CApi : public testing::Test {
protected:
  Floats x{{2, 3}, {1, 2, 3, 4, 5, 6}}, w{{3}, {1, 0, -1}}, y{{2}, {0, 0}};
  const Pointers inputs{&x.tensor, &w.tensor}, outputs{&y.tensor};
};

TEST_F(CApi, EvaluatesAnEinsumString) {
  EXPECT_EQ(einjit_einsum("ij,j->i", inputs.data(), 2, &y.tensor), EINJIT_OK);
  EXPECT_THAT(y.elements, ElementsAre(-2, -2));
}

TEST_F(CApi, RunsACompiledKernel) {
  const auto kernel = compile("ij,j->i", inputs);
  EXPECT_EQ(einjit_kernel_input_count(kernel.get()), 2u);
  EXPECT_EQ(einjit_kernel_result_count(kernel.get()), 1u);
  einjit_tensor type;
  ASSERT_EQ(einjit_kernel_result(kernel.get(), 0, nullptr, &type), EINJIT_OK);
  EXPECT_EQ(type.data, nullptr);
  EXPECT_EQ(type.ndim, 1);
  EXPECT_EQ(type.shape[0], 2);
  EXPECT_EQ(type.strides, nullptr);
  EXPECT_EQ(type.dtype.code, EINJIT_DL_FLOAT);
  EXPECT_EQ(type.dtype.bits, 32);
  EXPECT_EQ(einjit_kernel_run(kernel.get(), inputs.data(), 2, outputs.data(), 1), EINJIT_OK);
  EXPECT_THAT(y.elements, ElementsAre(-2, -2));
  einjit_cost cost;
  ASSERT_EQ(einjit_kernel_cost(kernel.get(), &cost), EINJIT_OK);
  EXPECT_EQ(cost.bytes, (6 + 3 + 2) * 4);
}

TEST_F(CApi, ReadsAndWritesStridedMemory) {
  Floats columns({2, 3}, {1, 4, 2, 5, 3, 6}, {1, 2}), backwards({2}, {0, 7, 0}, {-2});
  backwards.tensor.byte_offset = 2 * sizeof(float);
  const einjit_tensor *in[] = {&columns.tensor};
  EXPECT_EQ(einjit_einsum("ij->i", in, 1, &backwards.tensor), EINJIT_OK);
  EXPECT_THAT(backwards.elements, ElementsAre(15, 7, 6));
}

TEST_F(CApi, CompilesPrograms) {
  const auto given = options();
  const char *results[] = {"mean", "centred"}, *names[] = {"x", "n"};
  ASSERT_EQ(einjit_options_set_results(given.get(), results, 2), EINJIT_OK);
  std::int64_t number = 2;
  einjit_tensor n{&number, {EINJIT_DL_CPU, 0}, 0, {EINJIT_DL_INT, 64, 1}, nullptr, nullptr, 0};
  const einjit_tensor *in[] = {&x.tensor, &n};
  einjit_kernel *made = nullptr;
  ASSERT_EQ(einjit_compile_program(
                "mean = x.mean(dim=1).unsqueeze(1).expand(-1, n)\ncentred = x - x.mean(dim=1, keepdim=True)", names, in,
                2, given.get(), &made),
            EINJIT_OK)
      << einjit_last_error();
  const Owned<einjit_kernel> kernel(made);
  const char *name = nullptr;
  ASSERT_EQ(einjit_kernel_input(made, 1, &name, nullptr), EINJIT_OK);
  EXPECT_STREQ(name, "n");
  ASSERT_EQ(einjit_kernel_result(made, 0, &name, nullptr), EINJIT_OK);
  EXPECT_STREQ(name, "mean");
  Floats mean({2, 2}, std::vector<float>(4)), centred({2, 3}, std::vector<float>(6));
  const einjit_tensor *out[] = {&mean.tensor, &centred.tensor};
  ASSERT_EQ(einjit_kernel_run(made, in, 2, out, 2), EINJIT_OK) << einjit_last_error();
  EXPECT_THAT(mean.elements, ElementsAre(2, 2, 5, 5));
  EXPECT_THAT(centred.elements, ElementsAre(-1, 0, 1, -1, 0, 1));
}

TEST_F(CApi, ReadsNoIntegerThatHasNoData) {
  const char *names[] = {"x", "n"};
  for (const std::uint64_t offset : {0, 8}) {
    einjit_tensor n{nullptr, {EINJIT_DL_CPU, 0}, 0, {EINJIT_DL_INT, 64, 1}, nullptr, nullptr, offset};
    const einjit_tensor *in[] = {&x.tensor, &n};
    einjit_kernel *made = nullptr;
    EXPECT_EQ(einjit_compile_program("x * n", names, in, 2, nullptr, &made), EINJIT_OK) << einjit_last_error();
    const Owned<einjit_kernel> kernel(made);
    made = nullptr;
    EXPECT_NE(einjit_compile_program("x[:, 0:1].expand(-1, n)", names, in, 2, nullptr, &made), EINJIT_OK);
  }
}

TEST_F(CApi, TakesOptionsByName) {
  const auto given = options();
  EXPECT_EQ(einjit_options_set(given.get(), "target", "haswell"), EINJIT_OK);
  EXPECT_EQ(einjit_options_set(given.get(), "threads", "2"), EINJIT_OK);
  EXPECT_EQ(einjit_options_set(given.get(), "memory-limit", "64KiB"), EINJIT_OK);
  EXPECT_EQ(einjit_options_set(given.get(), "exact", "on"), EINJIT_OK);
  EXPECT_EQ(einjit_options_set(given.get(), "cache", "off"), EINJIT_OK);
  EXPECT_EQ(einjit_options_set(given.get(), "threads", "many"), EINJIT_ERROR_USAGE);
  EXPECT_THAT(einjit_last_error(), HasSubstr("threads is 'many', which is not a number of threads"));
  EXPECT_EQ(einjit_options_set(given.get(), "colour", "red"), EINJIT_ERROR_USAGE);
  EXPECT_STREQ(einjit_last_error_kind(), "unknown-option");
  const auto kernel = compile("ij,j->i", inputs, given.get());
  EXPECT_THAT(text(kernel.get(), "llvm"), HasSubstr("\"target-cpu\"=\"haswell\""));
}

TEST_F(CApi, ShowsStages) {
  const auto kernel = compile("ij,j->i", inputs);
  EXPECT_EQ(text(kernel.get(), "source"), "ij,j->i");
  EXPECT_THAT(text(kernel.get(), "tensor"), StartsWith("kernel @"));
  char *none = nullptr;
  EXPECT_EQ(einjit_kernel_text(kernel.get(), "machine", &none), EINJIT_ERROR_USAGE);
  EXPECT_EQ(none, nullptr);
}

TEST_F(CApi, CountsOwners) {
  auto kernel = compile("ij,j->i", inputs);
  einjit_kernel *second = einjit_kernel_retain(kernel.get());
  kernel.reset();
  EXPECT_EQ(einjit_kernel_run(second, inputs.data(), 2, outputs.data(), 1), EINJIT_OK);
  einjit_kernel_release(second);
  EXPECT_EQ(einjit_kernel_retain(nullptr), nullptr);
}

TEST_F(CApi, SavesKernels) {
  const einjit::test::Shell shell;
  std::string folder = shell.run("pwd -P");
  folder.pop_back();
  const auto kernel = compile("ij,j->i", inputs);
  EXPECT_EQ(einjit_kernel_save(kernel.get(), (folder + "/sum.o").c_str(), "weighted"), EINJIT_OK);
  EXPECT_THAT(shell.run("cat sum.h"), HasSubstr("void weighted(const float *"));
  EXPECT_EQ(einjit_kernel_save(kernel.get(), (folder + "/sum").c_str(), nullptr), EINJIT_ERROR_USAGE);
}

TEST_F(CApi, SaysWhatIsWrong) {
  Floats other({4}, {1, 2, 3, 4});
  const einjit_tensor *in[] = {&x.tensor, &other.tensor};
  einjit_kernel *kernel = nullptr;
  EXPECT_EQ(einjit_compile("ij,j->i", in, 2, nullptr, &kernel), EINJIT_ERROR_SHAPE);
  EXPECT_EQ(kernel, nullptr);
  EXPECT_STREQ(einjit_last_error_kind(), "size-mismatch");
  EXPECT_THAT(einjit_last_error(), HasSubstr("index 'j' has two sizes"));
  EXPECT_EQ(einjit_einsum("ij,j>i", in, 2, &y.tensor), EINJIT_ERROR_USAGE);
  EXPECT_STREQ(einjit_last_error_kind(), "einsum-syntax");
  EXPECT_EQ(einjit_einsum("ij,j->i", inputs.data(), 2, &x.tensor), EINJIT_ERROR_RUNTIME);
  EXPECT_STREQ(einjit_last_error_kind(), "argument-mismatch");
  std::thread([] { EXPECT_STREQ(einjit_last_error(), ""); }).join();
}

TEST_F(CApi, RefusesWhatItCannotRead) {
  x.tensor.device.device_type = 2;
  EXPECT_EQ(einjit_einsum("ij,j->i", inputs.data(), 2, &y.tensor), EINJIT_ERROR_RUNTIME);
  EXPECT_STREQ(einjit_last_error_kind(), "argument-mismatch");
  x.tensor.device.device_type = EINJIT_DL_CPU;
  x.tensor.data = nullptr;
  EXPECT_EQ(einjit_einsum("ij,j->i", inputs.data(), 2, &y.tensor), EINJIT_ERROR_RUNTIME);
  EXPECT_STREQ(einjit_last_error_kind(), "argument-mismatch");
}

TEST_F(CApi, RefusesNullPointers) {
  const auto kernel = compile("ij,j->i", inputs);
  const einjit_tensor *null[] = {nullptr, nullptr};
  einjit_kernel *made = nullptr;
  const auto usage = [](einjit_status status) {
    EXPECT_EQ(status, EINJIT_ERROR_USAGE);
    EXPECT_THAT(einjit_last_error(), HasSubstr("is a null pointer"));
  };
  usage(einjit_einsum(nullptr, inputs.data(), 2, &y.tensor));
  usage(einjit_einsum("ij,j->i", nullptr, 2, &y.tensor));
  usage(einjit_einsum("ij,j->i", null, 2, &y.tensor));
  usage(einjit_einsum("ij,j->i", inputs.data(), 2, nullptr));
  usage(einjit_compile("ij,j->i", inputs.data(), 2, nullptr, nullptr));
  usage(einjit_compile_program("x", nullptr, inputs.data(), 1, nullptr, &made));
  usage(einjit_kernel_run(nullptr, inputs.data(), 2, outputs.data(), 1));
  usage(einjit_kernel_text(kernel.get(), nullptr, nullptr));
  usage(einjit_kernel_cost(kernel.get(), nullptr));
  usage(einjit_kernel_save(kernel.get(), nullptr, nullptr));
  usage(einjit_options_create(nullptr));
  usage(einjit_options_set(nullptr, "threads", "1"));
  EXPECT_EQ(einjit_kernel_result(kernel.get(), 1, nullptr, nullptr), EINJIT_ERROR_USAGE);
  EXPECT_EQ(einjit_kernel_input_count(nullptr), 0u);
}

TEST(CApiHeaders, AreC99) {
  for (const char *header : {"capi.h", "dltensor.h"}) {
    const einjit::test::Shell shell;
    const std::string line = std::string("#include <einjit/") + header + ">";
    EXPECT_EQ(shell.run("printf '" + line + "\\n" + line +
                        "\\nint unused;\\n' > header.c\n" EINJIT_CC
                        " -std=c99 -Wall -Wextra -Wconversion -Wstrict-prototypes -pedantic -Werror -fsyntax-only -I " +
                        EINJIT_SOURCE_DIR + "/include header.c"),
              "");
  }
}

} // namespace
