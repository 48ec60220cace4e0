// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs that load files: read once, at the time of compiling, and never from a cache.
#include "Driver/Caught.h"
#include <cstdlib>
#include <einjit/einjit.h>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>

namespace einjit {
namespace {

using test::kindOf;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

class LoadedFiles : public testing::Test {
protected:
  LoadedFiles() {
    std::string pattern = (fs::temp_directory_path() / "einjit-load-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~LoadedFiles() override { fs::remove_all(folder_); }

  std::string path(const std::string &name) const { return (folder_ / name).string(); }
  std::string call(const std::string &name) const { return "load('" + path(name) + "')"; }
  template <class T> void save(const std::string &name, const Tensor<T> &tensor) const { saveNpy(path(name), tensor); }

  /// The floats that a program without inputs gives.
  static std::vector<float> floats(const Kernel &kernel) {
    const Tensor<float> result(kernel.run({}).front());
    return {result.begin(), result.end()};
  }

private:
  fs::path folder_;
};

const Tensor<float> vector3({3}, {1, 2, 3});

TEST_F(LoadedFiles, AreTensorsOfTheProgram) {
  save("x.npy", vector3);
  const Kernel kernel = compileProgram(call("x.npy") + " * w + " + call("x.npy"), {{"w", vector3.type(), {}}});
  ASSERT_EQ(kernel.files().size(), 1U) << "one file, named twice";
  EXPECT_EQ(kernel.files()[0].path, path("x.npy"));
  EXPECT_EQ(kernel.inputs().size(), 1U);
  Tensor<float> out({3});
  kernel(vector3, out);
  EXPECT_THAT(std::vector<float>(out.begin(), out.end()), ElementsAre(2, 6, 12));
  EXPECT_EQ(kernel.cost().bytes, 3 * 4 * 3);
}

TEST_F(LoadedFiles, AreReadWhereverTheyStand) {
  save("x.npy", vector3);
  const std::string x = call("x.npy");
  for (const std::string &program :
       {"-" + x, "(" + x + ")", "stack([" + x + "])", "1 - " + x + " ** 2", "sqrt(" + x + ").sum(dim=0)",
        "y[i] = " + x + "[i]", "x = " + x + "; x[0:2]", "a = [0]; a[0] = 0; " + x + ".sum()", x + ", " + x})
    EXPECT_EQ(compileProgram(program, {}).files().size(), 1U) << program;
}

TEST_F(LoadedFiles, AreReadWhenTheProgramIsCompiled) {
  save("x.npy", vector3);
  const Kernel before = compileProgram(call("x.npy"), {});
  save("x.npy", Tensor<float>({3}, {4, 5, 6}));
  EXPECT_THAT(floats(before), ElementsAre(1, 2, 3));
  EXPECT_THAT(floats(compileProgram(call("x.npy"), {})), ElementsAre(4, 5, 6)) << "of the same size";
  save("x.npy", Tensor<float>({2}, {7, 8}));
  EXPECT_THAT(floats(compileProgram(call("x.npy"), {})), ElementsAre(7, 8));
}

TEST_F(LoadedFiles, MayBeSizes) {
  save("n.npy", Tensor<std::int32_t>(std::vector<std::int64_t>{}, {2}));
  EXPECT_THAT(floats(compileProgram("ones(" + call("n.npy") + ")", {})), ElementsAre(1, 1));
}

TEST_F(LoadedFiles, HaveNamesThatNoInputHas) {
  save("x.npy", vector3);
  const Kernel kernel = compileProgram("file0 + " + call("x.npy"), {{"file0", vector3.type(), {}}});
  const Tensor<float> sum(kernel.run(std::vector<ConstTensorRef>{vector3}).front());
  EXPECT_THAT(std::vector<float>(sum.begin(), sum.end()), ElementsAre(2, 4, 6));
}

TEST_F(LoadedFiles, SayWhatIsWrongWithThem) {
  std::ofstream(path("bad.npy")) << "this is no array";
  EXPECT_EQ(kindOf([&] { compileProgram(call("none.npy"), {}); }), "file-error");
  EXPECT_EQ(kindOf([&] { compileProgram(call("bad.npy"), {}); }), "npy-format");
  try {
    compileProgram("load('no.npy') + load('nor-this.npy') + load('no.npy')", {});
    FAIL();
  } catch (const Error &error) {
    EXPECT_STREQ(error.what(), "error: no.npy: No such file or directory\n"
                               "  load('no.npy') + load('nor-this.npy') + load('no.npy')\n"
                               "       ^^^^^^^^\n\n"
                               "error: nor-this.npy: No such file or directory\n"
                               "  load('no.npy') + load('nor-this.npy') + load('no.npy')\n"
                               "                        ^^^^^^^^^^^^^^");
    EXPECT_EQ(error.category(), ErrorCategory::Runtime);
  }
}

} // namespace
} // namespace einjit
