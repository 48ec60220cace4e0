// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads that share the pieces of one job after another. Waking a thread takes longer than many a parallel loop, and
// a kernel has several, so helpers look out for the next job for a while before they go back to oneTBB, whose threads
// they are.
//
// Job and ticket. The caller writes the job, then a ticket of its number and of how many pieces are left. Whoever takes
// one off the ticket runs a piece:
//
//   caller   write job; ticket = (number, pieces - 1); run piece 0; run what it can take; wait for all others
//   helper   while something comes: take a piece off the ticket, run it
//
// The job is only written when all its pieces are done, so what was read before the ticket was changed is still true.
// The caller needs nobody: pieces that no helper takes it runs itself.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <oneapi/tbb/task_arena.h>

namespace einjit::runtime {

struct Job {
  void *context;
  void (*body)(void *context, std::int64_t begin, std::int64_t end, std::int64_t slot);
  std::int64_t extent;
  std::int64_t pieces; ///< 1 to 2^31 - 1, at most the extent

  /// The first `extent % pieces` pieces are one longer than the others.
  void run(std::int64_t piece) const;
};

class Crew {
public:
  /// Of so many threads, the caller's included.
  explicit Crew(int threads) : threads_(threads), arena_(threads) {}

  // Neither throws. What the machine has no threads for runs in the caller.

  /// Runs all pieces. Whether it did: another caller may have the crew.
  bool tryRun(const Job &job);
  /// Runs all pieces, as a loop of oneTBB.
  void runBeside(const Job &job);

private:
  void callHelpers(std::int64_t wanted);
  void help();
  bool takePiece();
  const int threads_;
  tbb::task_arena arena_;
  std::mutex caller_;
  std::atomic<void *> context_{};
  std::atomic<decltype(Job::body)> body_{};
  std::atomic<std::int64_t> extent_{}, count_{};
  std::atomic<std::uint64_t> ticket_{}; ///< number of the job in the upper half, pieces left in the lower
  std::atomic<std::int64_t> done_{};    ///< pieces of this job
  std::atomic<std::int64_t> helpers_{}; ///< that were called and have not left
};

} // namespace einjit::runtime
