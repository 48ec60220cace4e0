// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tool.h"
#include <cstdlib>
#include <einjit/Npy.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace einjit;
using namespace einjit::test;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

namespace {

/// What a run that must go well prints.
std::string output(const std::vector<std::string> &arguments, const std::string &input = "") {
  const Ran ran = run(arguments, input);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.err, IsEmpty());
  return ran.out;
}

/// A run that must fail: with this code, nothing on standard output, and one clear message.
void expectFailure(const std::vector<std::string> &arguments, int code, const std::string &part) {
  const Ran ran = run(arguments);
  EXPECT_EQ(ran.code, code) << ran.err;
  EXPECT_THAT(ran.out, IsEmpty());
  EXPECT_THAT(ran.err, StartsWith("error: "));
  EXPECT_THAT(ran.err, HasSubstr(part));
}

TEST(Eval, EinsumStringsTakePositionalArguments) {
  EXPECT_EQ(output({"eval", "ij,jk->ik", "f32[2,3]", "f32[3,4]"}), "[[   0.75,  0.4375,   0.125,      -1],\n"
                                                                   " [ 0.0625, -1.9375,   0.125,   1.375]]\n");
}

TEST(Eval, ProgramsTakeNamedArguments) {
  EXPECT_EQ(output({"eval", "(x * w).sum(dim=1)", "x=f32[3,4,2]", "w=f32[3,4,1]"}), "[[-0.5625,  1.1875],\n"
                                                                                    " [ -0.625,  3.8125],\n"
                                                                                    " [-1.5625,  0.6875]]\n");
}

TEST(Eval, ThePatternIsAsDocumented) {
  for (int k : {0, 1}) {
    const std::string program = k == 0 ? "a + 0 * b" : "b + 0 * a";
    const auto json = nlohmann::json::parse(output({"eval", program, "a=i32[15]", "b=i32[15]", "--json"}));
    for (int n = 0; n < 15; ++n) EXPECT_EQ(json["data"][static_cast<std::size_t>(n)], (7 * n + 3 * k) % 13 - 6);
  }
  EXPECT_EQ(output({"eval", "x", "x=f64[4]"}), "[ -1.5,  0.25, -1.25,   0.5]\n");
  EXPECT_EQ(output({"eval", "x", "x=bool[4]"}), "[false,  true,  true, false]\n");
}

TEST(Eval, ProgramsComeFromFilesAndStandardInput) {
  const TemporaryFolder folder;
  EXPECT_EQ(output({"eval", folder.write("p.ein", "y = x * 2 # twice\ny\n"), "x=f32[2]"}), "[ -3, 0.5]\n");
  EXPECT_EQ(output({"eval", folder.write("e.ein", "ij->ji\n"), "f32[2,1]"}), "[[-1.5, 0.25]]\n");
  EXPECT_EQ(output({"eval", "-", "f32[2,1]"}, "ij->ji\n"), "[[-1.5, 0.25]]\n");
  EXPECT_EQ(output({"eval", "-", "x=f32[2]"}, "x * 2"), "[ -3, 0.5]\n");
}

TEST(Eval, TextThatLooksLikeAFlag) {
  EXPECT_EQ(output({"eval", "->", "f32[]"}), "-1.5\n");
  EXPECT_EQ(output({"eval", "--", "->", "f32[]"}), "-1.5\n");
  EXPECT_EQ(output({"eval", "", "f32[]"}), "-1.5\n");
  EXPECT_EQ(output({"eval", "-x", "x=f32[2]"}), "[  1.5, -0.25]\n");
  EXPECT_EQ(output({"eval", "--threads", "1", "-x", "x=f32[2]"}), "[  1.5, -0.25]\n");
}

TEST(Eval, TemporariesHaveALimit) {
  const std::string program = "y = exp(x); (y / y.sum()).sum()";
  EXPECT_EQ(output({"eval", program, "x=f32[1000]", "--memory-limit=8KiB"}), "1\n");
  expectFailure({"eval", program, "x=f32[1000]", "--memory-limit", "1000"}, 4, "for temporaries, and may have 1000");
  expectFailure({"eval", program, "x=f32[1000]", "--memory-limit=0KiB"}, 4, "may have 0");
  for (const char *wrong : {"KiB", "1kb", "1 KiB", "-1", "+1", "1.5", "9223372036854775808", "8589934592GiB"})
    expectFailure({"eval", program, "x=f32[1000]", std::string("--memory-limit=") + wrong}, 2, "no number of bytes");
}

TEST(Eval, TheEnvironmentMayLimitTemporaries) {
  const std::string program = "y = exp(x); (y / y.sum()).sum()";
  setenv("EINJIT_MEMORY_LIMIT", "1KiB", 1);
  expectFailure({"eval", program, "x=f32[1000]"}, 4, "may have 1024");
  EXPECT_EQ(output({"eval", program, "x=f32[1000]", "--memory-limit=1GiB"}), "1\n") << "the flag says otherwise";
  setenv("EINJIT_MEMORY_LIMIT", "much", 1);
  expectFailure({"eval", program, "x=f32[1000]"}, 2, "EINJIT_MEMORY_LIMIT is 'much'");
  unsetenv("EINJIT_MEMORY_LIMIT");
}

TEST(Eval, LargeTensorsAreSummarised) {
  EXPECT_EQ(output({"eval", "x", "x=i32[2,600]"}), "[[-6,  1, -5, …,  0, -6,  1],\n [-5,  2, -4, …,  1, -5,  2]]\n");
  EXPECT_LT(output({"eval", "x", "x=f32[8,8,8,8,8,8]"}).size(), 30'000U);
  EXPECT_EQ(output({"eval", "x", "x=f32[3,0]"}), "[[],\n [],\n []]\n");
}

TEST(Eval, JsonIsExact) {
  const auto json = nlohmann::json::parse(output({"eval", "bce,bc->be", "f32[4,20,8]", "f32[4,20]", "--json"}));
  EXPECT_EQ(json["dtype"], "f32");
  EXPECT_EQ(json["shape"], nlohmann::json::array({4, 8}));
  EXPECT_EQ(json["data"].size(), 32U);
  EXPECT_EQ(json["data"][0], 6.0625);
  EXPECT_EQ(output({"eval", "x / 3.0", "x=f64[1]", "--json"}),
            "{\"shape\": [1], \"dtype\": \"f64\", \"data\": [-0.5]}\n");
  EXPECT_EQ(output({"eval", "x / 0", "x=f32[2]", "--json"}),
            "{\"shape\": [2], \"dtype\": \"f32\", \"data\": [\"-Infinity\", \"Infinity\"]}\n");
  EXPECT_EQ(output({"eval", "x", "x=bool[2]", "--json"}),
            "{\"shape\": [2], \"dtype\": \"bool\", \"data\": [false, true]}\n");
}

TEST(Eval, FilesInAndOut) {
  const TemporaryFolder folder;
  saveNpy(folder.file("x.npy"), Tensor<float>({2, 2}, {1, 2, 3, 4}));
  output({"eval", "ij->ji", folder.file("x.npy"), "-o", folder.file("t.npy")});
  const Tensor<float> back(loadNpy(folder.file("t.npy")));
  EXPECT_EQ(std::vector<float>(back.begin(), back.end()), (std::vector<float>{1, 3, 2, 4}));
}

TEST(Eval, FilesThatProgramsLoad) {
  const TemporaryFolder folder;
  const std::string path = folder.file("x.npy"), load = "load('" + path + "')";
  saveNpy(path, Tensor<float>({2, 2}, {1, 2, 3, 4}));
  EXPECT_EQ(output({"eval", load + " @ w", "w=i64[2]"}), "[ -4, -14]\n");
  EXPECT_EQ(output({"show", load + " * 2", "--stage=tensor"}),
            "kernel @kernel(%file0: f32[2,2]) -> f32[2,2] {\n  %0 = [i0:2, i1:2] mul(%file0[i0,i1], f32(2))\n"
            "  return %0\n}\n");
  EXPECT_THAT(output({"bench", load + ".sum()", "--seconds=0.01"}), HasSubstr("4 flops, 20 bytes"));
  const Ran missing = run({"eval", "1 + load('no.npy')"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_EQ(missing.err, "error: no.npy: No such file or directory\n  1 + load('no.npy')\n           ^^^^^^^^\n");
}

TEST(Eval, NamedResults) {
  const TemporaryFolder folder;
  const std::string program = "a = x + 1; b = a * 2; b - 1";
  EXPECT_EQ(output({"eval", program, "x=f32[2]", "-o", "a=" + folder.file("a.npy"), "-o", "b=" + folder.file("b.npy")}),
            "a =\n[-0.5, 1.25]\nb =\n[ -1, 2.5]\n");
  EXPECT_EQ(Tensor<float>(loadNpy(folder.file("a.npy")))(1), 1.25F);
  EXPECT_EQ(Tensor<float>(loadNpy(folder.file("b.npy")))(0), -1.0F);
  EXPECT_EQ(nlohmann::json::parse(output({"eval", program, "x=f32[2]", "--json", "-o", "a=" + folder.file("a.npy"),
                                          "-o", "b=" + folder.file("b.npy")}))[1]["name"],
            "b");
}

TEST(Eval, NothingIsWrittenOnErrors) {
  const TemporaryFolder folder;
  const std::string out = folder.file("y.npy");
  expectFailure({"eval", "ij,jk->ik", "f32[2,3]", "f32[4,4]", "-o", out}, 3, "index 'j' has two sizes");
  expectFailure({"eval", "x", "x=f32[2]", "-o", "y=" + out}, 2, "'y'");
  expectFailure({"eval", "ij->ji", "f32[2,3]", "-o", "y=" + out}, 2, "no result has this name");
  expectFailure({"eval", "x", "x=f32[2]", "-o", out, "-o", "x=" + out}, 2, "either each -o names a result");
  EXPECT_EQ(folder.fileCount(), 0U);
  expectFailure({"eval", "x", "x=f32[2]", "-o", folder.file("absent/y.npy")}, 1, "cannot write");
  EXPECT_EQ(folder.fileCount(), 0U);
}

TEST(Eval, ExitCodes) {
  const TemporaryFolder folder;
  expectFailure({"eval", "x", "x=" + folder.file("absent.npy")}, 1, "absent.npy: No such file");
  expectFailure({"eval", "x", "x=" + folder.write("bad.npy", "junk")}, 1, "bad.npy: ");
  expectFailure({"eval", folder.file("absent.ein")}, 1, "absent.ein: No such file");
  expectFailure({"eval", "x", "x=f32[1000000000,1000000]"}, 1, "f32[1000000000,1000000]");
  expectFailure({"eval", "x +", "x=f32[2]"}, 2, "x +");
  expectFailure({"eval", "ij>ji", "f32[2,3]"}, 2, "ij>ji");
  expectFailure({"eval", "ij,jk->ik", "f32[2,3]", "f32[4,4]"}, 3, "help:");
  expectFailure({"eval", "ij,jk->ik", "f32[2,3]"}, 3, "operand");
  expectFailure({"eval", std::string(100'000, '('), "x=f32[2]"}, 4, "");
}

TEST(Usage, ErrorsExitWithTwo) {
  expectFailure({"eval", "x: f32[2]; y: f32[2]; x + y", "x=f32[2]"}, 2, "bind it with y=FILE.npy or y=f32[2]");
  expectFailure({"eval"}, 2, "PROGRAM is required");
  expectFailure({"eval", "x", "--bogus"}, 2, "--bogus");
  expectFailure({"frobnicate"}, 2, "frobnicate");
  expectFailure({"show", "x", "x=f32[2]"}, 2, "--stage is required");
  expectFailure({"show", "x", "x=f32[2]", "--stage=nope"}, 2, "'nope' is not a stage");
  expectFailure({"eval", "x", "x=f32[2]", "f32[2]"}, 2, "either all arguments have names");
  expectFailure({"eval", "x", "x=f32[2]", "x=f32[2]"}, 2, "two arguments are named 'x'");
  expectFailure({"eval", "x", "x=f32[2"}, 2, "neither FILE.npy nor DTYPE[d0,d1,...]");
  expectFailure({"eval", "x", "x=f32[-2]"}, 2, "neither");
  expectFailure({"eval", "x", "x=f99[2]"}, 2, "neither");
  expectFailure({"eval", "x", "x=f32[2]", "--threads=-1"}, 2, "--threads");
  expectFailure({"eval", "x", "x=f32[2]", "--dtype=f8"}, 2, "--dtype");
  expectFailure({"eval", "x", "x=f32[2]", "--target=pdp11"}, 2, "pdp11");
}

TEST(Usage, HelpAndVersion) {
  EXPECT_THAT(output({"--help"}), HasSubstr("eval"));
  EXPECT_THAT(output({"eval", "--help"}), HasSubstr("(7n + 3k) mod 13 - 6"));
  EXPECT_THAT(output({"--version"}), StartsWith("einjit "));
}

TEST(Usage, ColorsAreOnStandardErrorOnly) {
  const std::vector<std::string> wrong = {"eval", "ij,jk->ik", "f32[2,3]", "f32[4,4]"};
  EXPECT_EQ(run(wrong).err.find('\x1b'), std::string::npos);
  std::vector<std::string> painted = wrong;
  painted.emplace_back("--color=always");
  EXPECT_THAT(run(painted).err, StartsWith("\x1b[1;31merror:"));
}

TEST(Usage, LostOutputIsAnError) {
  const std::string command = std::string(EINJIT_TOOL) + " eval x 'x=f32[2]' > /dev/full 2> /dev/null";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 1);
}

} // namespace
