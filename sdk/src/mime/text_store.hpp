#pragma once
// Memory for the few strings of a parsed message that do not stand in it as they are (unfolded, unquoted, joined).
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace postern::mime {

/// Hands out copies that live as long as the chunks do. Chunks grow, so that many small strings cost few allocations.
class TextStore {
public:
    explicit TextStore(std::vector<std::unique_ptr<char[]>>& chunks) : chunks_(chunks) {}

    std::string_view keep(std::string_view text) {
        if (text.empty()) return {"", 0};
        if (text.size() > free_) {
            free_ = std::max<std::size_t>(chunk_size_, text.size());
            chunk_size_ = std::min<std::size_t>(chunk_size_ * 2, 65536);
            chunks_.push_back(std::make_unique_for_overwrite<char[]>(free_));
            next_ = chunks_.back().get();
        }
        std::memcpy(next_, text.data(), text.size());
        const std::string_view kept(next_, text.size());
        next_ += text.size();
        free_ -= text.size();
        return kept;
    }

private:
    std::vector<std::unique_ptr<char[]>>& chunks_;
    char* next_ = nullptr;
    std::size_t free_ = 0;
    std::size_t chunk_size_ = 512;
};

}  // namespace postern::mime
