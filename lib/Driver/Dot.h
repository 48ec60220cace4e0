// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Tensor/Kernel.h"

namespace einjit {

/// The kernel as a Graphviz graph: values are nodes, reads are edges labelled with their access maps.
std::string toDot(const tensor::Kernel &kernel);

} // namespace einjit
