// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All of einjit's public API.
#pragma once

#include <einjit/Adapters.h>
#include <einjit/Cache.h>
#include <einjit/Einsum.h>
#include <einjit/EinsumAxes.h>
#include <einjit/EinsumLiteral.h>
#include <einjit/Error.h>
#include <einjit/Expected.h>
#include <einjit/Expression.h>
#include <einjit/Kernel.h>
#include <einjit/Npy.h>
#include <einjit/Promotion.h>
#include <einjit/Tensor.h>
#include <einjit/Type.h>

/// The library. What is in its namespace `detail` is for its own headers, and may change at any time.
namespace einjit {}
