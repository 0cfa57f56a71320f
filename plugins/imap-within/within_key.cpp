#include "within_key.hpp"

namespace postern::imap {

namespace {

/// Holds the interval, not the moment: a search that is kept is evaluated again later.
class WithinCriterion final : public SearchExtension {
public:
    WithinCriterion(std::string_view name, std::uint32_t seconds) : name_(name), seconds_(seconds) {}
    std::string_view name() const override { return name_; }
    std::string to_string() const override { return std::string(name_) + ' ' + std::to_string(seconds_); }
    std::uint32_t seconds() const { return seconds_; }

private:
    std::string_view name_;
    std::uint32_t seconds_;
};

}  // namespace

Result<SearchNode> WithinKey::parse(Session& /*session*/, ArgumentCursor& in, SearchParser& /*parser*/) {
    if (auto space = in.space(); !space) return space.error();
    const auto seconds = in.nz_number();
    if (!seconds) return seconds.error();
    return SearchNode::of_extension(std::make_shared<WithinCriterion>(name(), *seconds));
}

bool WithinKey::matches(Session& /*session*/, const SearchExtension& key,
                        const FetchedMessage& message) const {
    const UnixTime target = clock_->now() - static_cast<const WithinCriterion&>(key).seconds();
    const UnixTime date = message.columns->internal_date[message.slot];
    return younger_ ? date >= target : date <= target;
}

}  // namespace postern::imap
