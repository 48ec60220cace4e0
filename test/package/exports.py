# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""exports.py CLANG INCLUDE-FOLDER LIBRARY: the shared library exports what the public headers declare, no less and no more.

Declared is every function that clang finds in the headers without a body, outside of templates; of classes that are
marked as a whole, their type information.
"""

import json
import pathlib
import subprocess
import sys

FUNCTIONS = {"FunctionDecl", "CXXMethodDecl", "CXXConstructorDecl", "CXXDestructorDecl", "CXXConversionDecl"}
TEMPLATES = {"ClassTemplateDecl", "FunctionTemplateDecl", "ClassTemplatePartialSpecializationDecl"}


def syntax_trees(clang, folder):
    """The declarations of namespace einjit and of functions einjit_…, as clang's JSON has them."""
    # Eigen.h holds templates only, and Eigen may not be there.
    headers = sorted(set(folder.glob("einjit/*.h")) - {folder / "einjit/Eigen.h"})
    text = "".join(f"#include <{header.relative_to(folder)}>\n" for header in headers)
    command = [clang, "-std=c++20", f"-I{folder}", "-x", "c++", "-fsyntax-only",
               "-Xclang", "-ast-dump=json", "-Xclang", "-ast-dump-filter=einjit", "-"]
    dump = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
    decoder = json.JSONDecoder()
    at = dump.find("{")
    while at >= 0:
        tree, end = decoder.raw_decode(dump, at)
        yield tree
        at = dump.find("{", end)


def collect(node, declared, defined):
    kind = node.get("kind")
    if kind in TEMPLATES or node.get("isImplicit"):
        return
    children = node.get("inner", [])
    if kind in FUNCTIONS and "mangledName" in node:
        has_body = any(child["kind"] == "CompoundStmt" for child in children)
        is_here = has_body or "explicitlyDefaulted" in node or "explicitlyDeleted" in node or node.get("pure")
        (defined if is_here else declared).add(node["mangledName"])
        return
    for child in children:
        collect(child, declared, defined)


def exported(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1] for line in lines.splitlines()}


def demangled(names):
    return subprocess.run(["c++filt"], input="\n".join(sorted(names)), capture_output=True, text=True).stdout


def main():
    clang, folder, library = sys.argv[1:]
    declared, defined = set(), set()
    for tree in syntax_trees(clang, pathlib.Path(folder)):
        collect(tree, declared, defined)
    declared -= defined
    # Constructors and destructors have several entries each: C1 and D1 are what is declared, C2 and D2 what derived
    # classes call, and D0 is how a virtual destructor deletes.
    symbols = {name for name in exported(library) if not name.startswith(("_ZTI", "_ZTS", "_ZTV"))}
    twins = {name for name in symbols if name.replace("C2E", "C1E").replace("D2E", "D1E").replace("D0E", "D1E") in declared}
    missing, surplus = declared - symbols, symbols - declared - twins
    if len(declared) < 30:
        sys.exit(f"only {len(declared)} functions were found in the headers")
    if missing:
        print(f"declared in public headers, but not exported (EINJIT_API is missing?):\n{demangled(missing)}")
    if surplus:
        print(f"exported, but not declared in public headers:\n{demangled(surplus)}")
    sys.exit(1 if missing or surplus else 0)


main()
