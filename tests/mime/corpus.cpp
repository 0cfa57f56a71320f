#include "tests/mime/corpus.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace postern::mime::test {

namespace {

void load_folder(const std::filesystem::path& folder, std::vector<Sample>& out) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (std::filesystem::recursive_directory_iterator i(folder, error), end; !error && i != end;
         i.increment(error)) {
        if (i->path().filename().string().starts_with('.')) continue;
        if (i->is_regular_file(error) && i->file_size(error) < (1U << 24)) files.push_back(i->path());
    }
    std::ranges::sort(files);
    for (const auto& path : files) {
        std::ifstream file(path, std::ios::binary);
        out.push_back({path.string(), {std::istreambuf_iterator<char>(file), {}}});
    }
}

}  // namespace

std::string collected_mail() {
    return POSTERN_TEST_DATA "/../build/mail";
}

std::string python_data() {
    return "/usr/lib/python3.11/test/test_email/data";
}

std::vector<Sample> load_corpus() {
    std::vector<Sample> samples;
    load_folder(python_data(), samples);
    load_folder(collected_mail(), samples);
    load_folder(POSTERN_TEST_DATA "/fuzz/corpus/mime", samples);
    const char* more = std::getenv("POSTERN_MAIL_CORPUS");
    std::string_view rest = more ? more : "";
    while (!rest.empty()) {
        const std::size_t colon = std::min(rest.find(':'), rest.size());
        load_folder(rest.substr(0, colon), samples);
        rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
    return samples;
}

std::string with_crlf(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
        out += text[i];
    }
    return out;
}

}  // namespace postern::mime::test
