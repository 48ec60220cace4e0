// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels saved as object files: linked by a C compiler into programs and libraries that know nothing of einjit.
#include "Shell.h"
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <einjit/einjit.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>

namespace {

using namespace einjit;
using testing::HasSubstr;
using testing::Not;

/// A folder for object files, and commands in it.
class Folder {
public:
  std::string path(const std::string &name) const { return root_ + "/" + name; }
  std::string run(const std::string &command) const { return shell_.run(command); }
  std::string read(const std::string &name) const {
    std::ifstream in(path(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }

private:
  static std::string withoutNewline(std::string line) { return line.substr(0, line.find('\n')); }
  test::Shell shell_;
  std::string root_ = withoutNewline(shell_.run("pwd -P"));
};

/// A kernel saved, linked to a shared object of its own, and loaded from there.
class Saved {
public:
  explicit Saved(const Kernel &kernel) {
    kernel.save(folder.path("saved.o"));
    // Whatever is neither in the object nor in the C library is an error, as is a stack that is to be executable.
    EXPECT_EQ(folder.run(EINJIT_CC " -shared -o saved.so saved.o -lm -Wl,-z,defs -Wl,--fatal-warnings"), "");
    library_.reset(dlopen(folder.path("saved.so").c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!library_) throw std::runtime_error(dlerror());
    const std::string header = folder.read("saved.h"), name = "SAVED_SCRATCH_BYTES ";
    const auto bytes = std::stoull(header.substr(header.rfind(name) + name.size()));
    scratch_.reset(bytes ? std::aligned_alloc(64, (bytes + 63) / 64 * 64) : nullptr);
  }

  template <class... Pointers> void operator()(Pointers... pointers) const {
    void *symbol = dlsym(library_.get(), "saved");
    ASSERT_NE(symbol, nullptr);
    reinterpret_cast<void (*)(Pointers..., void *)>(symbol)(pointers..., scratch_.get());
  }
  bool hasScratch() const { return scratch_ != nullptr; }

  const Folder folder;

private:
  struct Close {
    void operator()(void *library) const { dlclose(library); }
  };
  struct Free {
    void operator()(void *memory) const { std::free(memory); }
  };
  std::unique_ptr<void, Close> library_;
  std::unique_ptr<void, Free> scratch_;
};

template <class T> Tensor<T> counting(std::vector<std::int64_t> shape) {
  Tensor<T> tensor(std::move(shape));
  for (std::int64_t i = 0; i < tensor.size(); ++i) tensor.data()[i] = T(static_cast<float>(i % 7 - 3));
  return tensor;
}

template <class T> bool sameBytes(const Tensor<T> &a, const Tensor<T> &b) {
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(T)) == 0;
}

std::string kindOf(const auto &action) {
  try {
    action();
  } catch (const Error &error) {
    return error.kind();
  }
  return "none";
}

TEST(Save, GivesTheResultsOfTheKernel) {
  const auto x = counting<float>({5, 6, 19}), w = counting<float>({5, 6});
  const Kernel kernel = compile("bce,bc->be", {x.type(), w.type()});
  Tensor<float> expected({5, 19}), actual({5, 19});
  kernel(x, w, expected);
  Saved{kernel}(x.data(), w.data(), actual.data());
  EXPECT_TRUE(sameBytes(actual, expected));
}

TEST(Save, BringsScratchAndSeveralResults) {
  const auto x = counting<double>({40, 30});
  Options options;
  options.results = {"p", "total"};
  const Kernel kernel =
      compileProgram("p = softmax(x @ x.T, dim=1)\ntotal = p.sum(dim=0)", {{"x", x.type(), {}}}, options);
  Tensor<double> p({40, 40}), total({40}), savedP({40, 40}), savedTotal({40});
  kernel(x, p, total);
  const Saved saved(kernel);
  EXPECT_TRUE(saved.hasScratch());
  saved(x.data(), savedP.data(), savedTotal.data());
  EXPECT_TRUE(sameBytes(savedP, p));
  EXPECT_TRUE(sameBytes(savedTotal, total));
}

TEST(Save, TakesNoThreads) {
  const auto a = counting<float>({200, 150}), b = counting<float>({150, 220});
  Options options;
  options.threads = 2;
  const Kernel kernel = compile("ij,jk->ik", {a.type(), b.type()}, options);
  Tensor<float> expected({200, 220}), actual({200, 220});
  kernel(a, b, expected);
  const Saved saved(kernel);
  saved(a.data(), b.data(), actual.data());
  EXPECT_TRUE(sameBytes(actual, expected));
  EXPECT_THAT(saved.folder.run("nm -u saved.o"), Not(HasSubstr("einjit")));
}

TEST(Save, CarriesPowersOfIntegers) {
  const Tensor<std::int64_t> base({8}, {0, 1, -1, -1, 2, -3, 7, 10}), exponent({8}, {-1, -5, -4, -3, 62, 5, -2, 0});
  const Kernel kernel = compileProgram("b ** e", {{"b", base.type(), {}}, {"e", exponent.type(), {}}});
  Tensor<std::int64_t> actual({8});
  const Saved saved(kernel);
  saved(base.data(), exponent.data(), actual.data());
  EXPECT_TRUE(sameBytes(actual, {{8}, {0, 1, 1, -1, std::int64_t{1} << 62, -243, 0, 1}}));
  EXPECT_EQ(saved.folder.run("nm -u saved.o"), "");
}

TEST(Save, CarriesTheFilesThatAProgramLoads) {
  const Folder folder;
  const auto table = counting<float>({3, 4}), x = counting<float>({4});
  saveNpy(folder.path("table.npy"), table);
  const Kernel kernel = compileProgram("load(\"" + folder.path("table.npy") + "\") * x", {{"x", x.type(), {}}});
  folder.run("rm table.npy");
  Tensor<float> expected({3, 4}), actual({3, 4});
  kernel(x, expected);
  Saved{kernel}(x.data(), actual.data());
  EXPECT_TRUE(sameBytes(actual, expected));
}

TEST(Save, KeepsStridesAndEveryElementType) {
  const auto z = counting<std::complex<float>>({4, 3});
  const auto h = counting<Half>({3, 4});
  const auto mask = counting<bool>({3});
  const TensorView<const std::complex<float>> turned(z.data() + 2, {3, 4}, {-1, 3});
  const Kernel kernel = compileProgram("where(unsqueeze(m, 1), z * h, z)",
                                       {{"z", turned.type(), {}}, {"h", h.type(), {}}, {"m", mask.type(), {}}});
  Tensor<std::complex<float>> expected({3, 4}), actual({3, 4});
  kernel(turned, h, mask, expected);
  const Saved saved(kernel);
  saved(turned.data(), h.data(), mask.data(), actual.data());
  EXPECT_TRUE(sameBytes(actual, expected));
  EXPECT_THAT(saved.folder.read("saved.h"),
              HasSubstr("void saved(const float *z, const uint16_t *h, const bool *m, float *out, void *scratch);"));
  EXPECT_THAT(saved.folder.read("saved.h"), HasSubstr("c64[3,4] strides [-1,3]"));
}

TEST(Save, DefinesOneSymbol) {
  const Folder folder;
  const TensorType type{DType::F32, {100}};
  compileProgram("erf(x) / exp(x).sum()", {{"x", type, {}}}).save(folder.path("a.o"), "score");
  EXPECT_THAT(folder.run("nm -g --defined-only a.o"), testing::MatchesRegex("[0-9a-f]+ T score\n"));
  EXPECT_THAT(folder.read("a.h"), HasSubstr("The object file calls erff, expf of the C library: link it with -lm."));
}

TEST(Save, IsForTheTargetOfTheKernel) {
  const Folder folder;
  const TensorType type{DType::F32, {64, 64}};
  Options options;
  options.target = "skylake-avx512";
  compile("ij,jk->ik", {type, type}, options).save(folder.path("wide.o"));
  options.target = "x86-64-v2";
  compile("ij,jk->ik", {type, type}, options).save(folder.path("narrow.o"));
  EXPECT_THAT(folder.run("objdump -d wide.o"), HasSubstr("zmm"));
  EXPECT_THAT(folder.run("objdump -d narrow.o"), Not(HasSubstr("ymm")));
  EXPECT_THAT(folder.read("wide.h"), HasSubstr("for skylake-avx512"));
}

/// The header of a program with awkward names and text, included twice.
TEST(Save, WritesHeadersForCAndCpp) {
  const Folder folder;
  const TensorType bytes{DType::U8, {3}}, flags{DType::Bool, {3}};
  Options options;
  options.results = {"restrict", "result"};
  const Kernel kernel = compileProgram("restrict = class * 2 # ends */ and begins /* \\\nresult = int",
                                       {{"class", bytes, {}}, {"int", flags, {}}}, options);
  kernel.save(folder.path("awkward.o"));
  folder.run("printf '#include \"awkward.h\"\\n#include \"awkward.h\"\\n"
             "int main(void) { unsigned char c[3] = {1, 2, 3}, r[3]; bool i[3] = {true, false, true}, o[3];\\n"
             "  awkward(c, i, r, o, 0); return r[2] != 6 || o[1] || AWKWARD_SCRATCH_BYTES != 0; }\\n' > main.c");
  const std::string flagsOfAll = " -Wall -Wextra -Wconversion -pedantic -Werror -pie -fPIE main.c awkward.o -o ";
  EXPECT_EQ(folder.run(EINJIT_CC " -std=c99" + flagsOfAll + "c && ./c"), "");
  EXPECT_EQ(folder.run(EINJIT_CXX " -x c++ -std=c++98 -fsyntax-only -Wall -Wextra -Werror main.c"), "");
  EXPECT_EQ(folder.run(EINJIT_CXX " -Wall -Wextra -x c++ main.c -x none awkward.o -o cpp && ./cpp && echo fine"),
            "fine\n");
}

TEST(Save, RefusesNamesThatCDoesNotHave) {
  const Folder folder;
  const Kernel kernel = compileProgram("exp(x)", {{"x", {DType::F32, {8}}, {}}});
  const auto refused = [&](const std::string &file, const std::string &symbol) {
    return kindOf([&] { kernel.save(folder.path(file), symbol); });
  };
  EXPECT_EQ(refused("x.obj", "x"), "bad-arguments");
  EXPECT_EQ(refused("2x.o", ""), "bad-arguments");
  EXPECT_EQ(refused("x.o", "a-b"), "bad-arguments");
  EXPECT_EQ(refused("x.o", "namespace"), "bad-arguments");
  EXPECT_EQ(refused("x.o", "expf"), "bad-arguments");
  EXPECT_EQ(refused("x.o", "memcpy"), "bad-arguments");
  EXPECT_EQ(refused("nowhere/x.o", ""), "file-error");
  EXPECT_EQ(folder.run("ls"), "");
}

} // namespace
