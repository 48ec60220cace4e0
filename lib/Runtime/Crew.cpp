// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/Crew.h"
#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <oneapi/tbb/parallel_for.h>
#include <thread>

namespace einjit::runtime {
namespace {

/// How long a helper looks out for the next job: a few times what waking it again would take.
constexpr auto patience = std::chrono::microseconds(100);
/// Looks between two glances at the clock. Who is still waiting then lets others have the processor.
constexpr int looks = 200;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

std::uint64_t left(std::uint64_t ticket) { return ticket & 0xffffffff; }

/// The ticket of the next job.
std::uint64_t nextTicket(std::uint64_t ticket, std::int64_t pieces) {
  return (((ticket >> 32) + 1) << 32) | static_cast<std::uint64_t>(pieces);
}

} // namespace

void Job::run(std::int64_t piece) const {
  const auto beginOf = [&](std::int64_t which) { return which * (extent / pieces) + std::min(which, extent % pieces); };
  body(context, beginOf(piece), beginOf(piece + 1), piece);
}

/// Runs a piece of the job, if one is left.
bool Crew::takePiece() {
  std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
  while (left(ticket) > 0) {
    const Job job{context_.load(std::memory_order_relaxed), body_.load(std::memory_order_relaxed),
                  extent_.load(std::memory_order_relaxed), count_.load(std::memory_order_relaxed)};
    if (!ticket_.compare_exchange_weak(ticket, ticket - 1, std::memory_order_acq_rel, std::memory_order_acquire))
      continue;
    job.run(job.pieces - static_cast<std::int64_t>(left(ticket)));
    done_.fetch_add(1, std::memory_order_release);
    return true;
  }
  return false;
}

void Crew::help() {
  using Clock = std::chrono::steady_clock;
  for (Clock::time_point last = Clock::now(); Clock::now() - last < patience;) {
    for (int look = 0; look < looks; ++look) {
      if (takePiece())
        last = Clock::now();
      else
        pause();
    }
    std::this_thread::yield();
  }
}

/// The caller writes the ticket and then looks who is there; a helper leaves and then looks for a ticket: so one of the
/// two sees the other. Where the machine has no thread or no memory for a helper, the caller does without.
void Crew::callHelpers(std::int64_t wanted) {
  for (std::int64_t there = helpers_.load(); there < std::min<std::int64_t>(wanted, threads_ - 1); ++there) {
    ++helpers_;
    try {
      arena_.enqueue([this] {
        do {
          help();
          --helpers_;
        } while (left(ticket_.load()) > 0 && ++helpers_ > 0);
      });
    } catch (const std::bad_alloc &) {
      --helpers_;
      return;
    } catch (const std::exception &) { // oneTBB has queued the helper, and will run it if ever it has a thread
      return;
    }
  }
}

bool Crew::tryRun(const Job &job) {
  const std::unique_lock caller(caller_, std::try_to_lock);
  if (!caller) return false;
  context_.store(job.context, std::memory_order_relaxed);
  body_.store(job.body, std::memory_order_relaxed);
  extent_.store(job.extent, std::memory_order_relaxed);
  count_.store(job.pieces, std::memory_order_relaxed);
  done_.store(1, std::memory_order_relaxed);
  ticket_.store(nextTicket(ticket_.load(std::memory_order_relaxed), job.pieces - 1));
  callHelpers(job.pieces - 1);
  job.run(0);
  while (takePiece()) continue;
  for (int look = 0; done_.load(std::memory_order_acquire) < job.pieces; ++look)
    look < looks ? pause() : std::this_thread::yield();
  return true;
}

// Threads take pieces in their order. oneTBB returns, or throws because it cannot start a thread, when nobody is at one
// any more; those that nobody has taken are left to the caller.
void Crew::runBeside(const Job &job) {
  std::atomic<std::int64_t> next = 0;
  const auto takeOne = [&] {
    const std::int64_t piece = next.fetch_add(1, std::memory_order_relaxed);
    if (piece < job.pieces) job.run(piece);
    return piece + 1 < job.pieces;
  };
  try {
    arena_.execute([&] {
      tbb::parallel_for(std::int64_t{0}, job.pieces, [&](std::int64_t) { takeOne(); }, tbb::static_partitioner());
    });
  } catch (const std::exception &) {
    while (takeOne()) continue;
  }
}

} // namespace einjit::runtime
