// ManageSieve's commands from arbitrary octets in arbitrary pieces: the same commands as in one piece, within their limits.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "command_reader.hpp"

namespace {

using namespace postern::managesieve;

std::string read(std::string_view octets, std::size_t piece, const ReaderLimits& limits) {
    CommandReader reader(limits);
    std::string out;
    while (!octets.empty()) {
        std::string_view part = octets.substr(0, piece);
        octets.remove_prefix(part.size());
        while (!part.empty()) {
            const auto event = reader.feed(part);
            if (event == CommandReader::Event::more) break;
            if (event == CommandReader::Event::fatal) return out + "!";
            if (event == CommandReader::Event::error) {
                out += "?";
                continue;
            }
            out += reader.command().name + " ";
            if (reader.command().arguments.size() > limits.arguments) std::abort();
            for (const Argument& argument : reader.command().arguments) {
                if (argument.text.size() > std::max(limits.quoted, limits.literal)) std::abort();
                out += argument.text + std::to_string(argument.number) + " ";
            }
        }
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    ReaderLimits limits;
    limits.quoted = 20;
    limits.literal = 40;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (read(octets, 1 + data[0] % 32, limits) != read(octets, SIZE_MAX, limits)) std::abort();
    return 0;
}
