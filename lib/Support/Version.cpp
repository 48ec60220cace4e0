// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/Version.h"

const char *einjit::versionText() { return EINJIT_VERSION; }
