// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whom einjit is measured against. Each is there if its library or compiler is found when the program runs.
#pragma once

#include "Contestant.h"
#include "GemmShape.h"
#include <optional>
#include <span>

namespace einjit::bench {

/// Makes a peer's contestant for a problem; nothing where the peer cannot compute it, or not with that many threads.
using MakePeer = std::optional<Contestant> (*)(Problem &problem);

struct Peer {
  const char *name;
  const char *what;         ///< for the help
  std::string (*version)(); ///< what was found, empty where the peer is not there
  MakePeer make;
  bool oneThread = false; ///< takes no part where contestants have more
};

/// All of them, there or not.
std::span<const Peer> allPeers();

/// Tells the libraries which of their kernels suit this machine, and how many threads to use. They read this when they
/// are loaded, so it goes before everything else.
void setUpPeers(int threads);

/// The contraction as products, if the case is one.
std::optional<GemmShape> gemmOf(const Problem &problem);

/// Pointers to factors and result in the order of a GemmShape.
struct Factors {
  const void *left, *right;
  void *result;
};
Factors factorsOf(const GemmShape &shape, Problem &problem, AnyTensor &output);

/// Offsets, in elements, of each product of the shape's loops.
struct Offsets {
  std::int64_t left, right, result;
};
std::vector<Offsets> offsetsOf(const GemmShape &shape);

std::string openblasVersion(), blisVersion(), onednnVersion(), libxsmmVersion(), cVersion(), ttgtVersion();
std::optional<Contestant> makeOpenblas(Problem &problem), makeBlis(Problem &problem), makeOnednn(Problem &problem),
    makeLibxsmm(Problem &problem), makeC(Problem &problem), makeTtgt(Problem &problem);

} // namespace einjit::bench
