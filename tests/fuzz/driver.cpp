// Runs a fuzz target over its corpus and a fixed number of mutations of it, so that every test run tries the same
// inputs. The input that kills the target is left in the file crash-NAME of the working folder; given as argument
// that file is run again.
//
//   NAME_fuzz [--runs N] [--dict FILE] [FILE|FOLDER]...

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "mutator.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::string crash_file;
std::string_view current;  // read by the signal handler

void on_crash(int number) {
    const int file = open(crash_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file >= 0 && write(file, current.data(), current.size()) >= 0) close(file);
    std::signal(number, SIG_DFL);
    std::raise(number);
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void add_seeds(const std::filesystem::path& path, std::vector<std::string>& seeds) {
    if (!std::filesystem::is_directory(path)) {
        if (std::filesystem::exists(path)) seeds.push_back(read(path));
        return;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) seeds.push_back(read(file));
}

/// The quoted words of a libFuzzer dictionary; \xHH, \\ and \" are its escapes.
std::vector<std::string> read_words(const std::filesystem::path& path) {
    std::vector<std::string> words;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const auto first = line.find('"');
        const auto last = line.rfind('"');
        if (line.starts_with('#') || first == std::string::npos || last <= first) continue;
        std::string word;
        for (std::size_t i = first + 1; i < last; ++i) {
            if (line[i] != '\\') {
                word += line[i];
            } else if (line[i + 1] == 'x') {
                word += static_cast<char>(std::stoi(line.substr(i + 2, 2), nullptr, 16));
                i += 3;
            } else {
                word += line[++i];
            }
        }
        words.push_back(word);
    }
    return words;
}

void run(const std::string& input) {
    current = input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
    crash_file = "crash-" + std::filesystem::path(argv[0]).filename().string();
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(number, on_crash);
    std::size_t runs = 0;
    std::vector<std::string> seeds;
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--runs" && i + 1 < argc) {
            runs = std::strtoull(argv[++i], nullptr, 10);
        } else if (argument == "--dict" && i + 1 < argc) {
            words = read_words(argv[++i]);
        } else {
            add_seeds(argv[i], seeds);
        }
    }
    run({});
    for (const auto& seed : seeds) run(seed);
    postern::fuzz::Mutator mutator(seeds, words);
    for (std::size_t i = 0; i < runs; ++i) run(mutator.next());
    std::cout << seeds.size() << " seeds, " << runs << " mutations\n";
    return 0;
}
