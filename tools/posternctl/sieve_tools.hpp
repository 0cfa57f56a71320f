#pragma once
// What the commands about Sieve share.
#include <optional>
#include <string>
#include <vector>

#include "interpreter.hpp"

namespace posternctl {

/// Octets of a file; nothing if it cannot be read.
std::optional<std::string> read_file(const std::string& name);

/// Compiles a script; those that it includes lie beside it, with the ending ".sieve" or without. Null after printing its
/// faults with their places.
postern::sieve::ProgramPtr compile_file(const postern::sieve::Interpreter& engine, const std::string& file);

/// Value of "--name VALUE", which is taken away; nothing if it is not there.
std::optional<std::string> take_option(std::vector<std::string>& arguments, const std::string& name);
/// Whether "--name" is there; it is taken away.
bool take_flag(std::vector<std::string>& arguments, const std::string& name);

}  // namespace posternctl
