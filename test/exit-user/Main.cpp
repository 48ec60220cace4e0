// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// exit-user WHEN: computes in destructors that run when a thread or the process ends, after the library's own objects
// of that thread or the process. Exits with 0 if all results are right.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <einjit/capi.h>
#include <einjit/einjit.h>
#include <pthread.h>
#include <thread>

namespace {

using namespace einjit;

void demand(bool holds, const char *what) {
  if (holds) return;
  std::fprintf(stderr, "wrong: %s\n", what);
  std::_Exit(1);
}

/// Calls of each kind. For another extent than before they compile.
void compute(std::int64_t extent) try {
  Tensor<float> x({extent, extent}), y({extent, extent});
  for (float &element : x) element = 1;
  const auto sum = static_cast<float>(extent);
  for (int twice = 0; twice < 2; ++twice) {
    const Tensor<float> sums = einsum("ij->j", x);
    demand(sums(0) == sum, "an einsum");
    einsum("ij,jk->ik", x, x, into(y, 2));
    demand(y(0, 0) == 2 * sum, "a scaled einsum");
    const Tensor<float> parts = softmax(x, -1) * sum; // of the prelude
    demand(parts(0, 0) > 0.99F && parts(0, 0) < 1.01F, "a function of the prelude");
    const auto [i, j] = indices<2>();
    y(i, j) = x(j, i) + mean(j)(x(i, j));
    demand(y(0, 0) == 2, "index notation");
  }
  const Kernel kernel = compileProgram("(x @ x) @ x + x", {{"x", x.type()}});
  demand(kernel.cost().scratchBytes > 0, "temporaries");
  for (int twice = 0; twice < 2; ++twice) kernel(x, y);
  demand(y(0, 0) == sum * sum + 1, "a kernel with temporaries");
  Options elsewhere;
  elsewhere.target = "no such machine";
  demand(!tryCompile("ij->ji", {x.type()}, elsewhere), "a target that is none");
} catch (const std::exception &error) {
  demand(false, error.what());
}

/// An argument that is wrong, by the C API.
void failInC() {
  demand(einjit_compile("ij->", nullptr, 1, nullptr, nullptr) != EINJIT_OK, "a null pointer");
  demand(einjit_last_error() != nullptr && einjit_last_error_kind() != nullptr, "the last error's text");
}

bool hasEnded = false;

/// What was computed before, and what was not: which LLVM cannot do where its own objects have gone with the process.
void end(bool compiles) {
  compute(4);
  if (compiles) {
    compute(5);
  } else {
    const Expected<AnyTensor> refused = tryEinsum("ij->j", Tensor<float>({5, 5}));
    demand(!refused && refused.error().kind() == "process-ends", "a refusal");
  }
  failInC();
  hasEnded = true;
}

struct AtEnd {
  bool computes = false, compiles = true;
  ~AtEnd() {
    if (computes) end(compiles);
  }
};

AtEnd atEndOfProcess;

/// `atEnd` was there before the thread's first call, so it ends after what the library made for that.
void runThread() {
  thread_local AtEnd atEnd;
  atEnd.computes = true;
  compute(4);
  failInC();
}

/// What C programs have instead: it runs when all thread_local objects have gone.
void runThreadOfC() {
  static pthread_key_t key;
  pthread_key_create(&key, [](void *) { end(true); });
  pthread_setspecific(key, &key);
  compute(4);
  failInC();
}

} // namespace

int main(int argc, char **argv) {
  const char *when = argc > 1 ? argv[1] : "";
  if (std::strcmp(when, "thread") == 0) {
    std::thread(runThread).join();
    demand(hasEnded, "the end of the thread");
  } else if (std::strcmp(when, "thread-of-c") == 0) {
    std::thread(runThreadOfC).join();
    demand(hasEnded, "the end of the thread");
  } else if (std::strcmp(when, "process") == 0) {
    compute(4);
    failInC();
    atEndOfProcess.computes = true;
    atEndOfProcess.compiles = false;
  } else if (std::strcmp(when, "process-unused") == 0) { // until then
    atEndOfProcess.computes = true;
  } else {
    return 2;
  }
  return 0;
}
