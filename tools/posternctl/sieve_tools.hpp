#pragma once
// What the commands about Sieve share.
#include <optional>
#include <string>

#include "interpreter.hpp"

namespace posternctl {

/// Octets of a file; nothing if it cannot be read.
std::optional<std::string> read_file(const std::string& name);

/// Compiles a script; those that it includes lie beside it, with the ending ".sieve" or without. Null after printing its
/// faults with their places.
postern::sieve::ProgramPtr compile_file(const postern::sieve::Engine& engine, const std::string& file);

/// "FILE:3:7: TEXT" on standard error; with --json {"error", "script", "line", "column"}.
void tell_fault(const std::string& file, const postern::sieve::Fault& fault);

}  // namespace posternctl
