// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the shared library exports: functions that are marked, and nothing else.
#pragma once

/// Marks a function that is part of the API and not inline, or a class that is thrown or has virtual functions. The
/// shared library hides whatever is not marked. Where einjit is a static library (`EINJIT_STATIC`, which
/// `einjit::einjit` then defines) the mark means nothing, so that a library around it does not export it again.
#ifdef EINJIT_STATIC
#define EINJIT_API
#else
#define EINJIT_API __attribute__((visibility("default")))
#endif
