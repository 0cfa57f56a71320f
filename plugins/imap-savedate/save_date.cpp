#include "save_date.hpp"

#include <chrono>

namespace postern::imap {

namespace {

class SaveDateEmitter final : public FetchEmitter {
public:
    std::string_view name() const override { return "SAVEDATE"; }
    Need need() const override { return Need::columns; }
    bool write(Session& /*session*/, const FetchedMessage& message, ResponseWriter& out) override {
        out.atom("SAVEDATE").date_time({message.columns->saved[message.slot], 0});
        return true;
    }
};

class SavedCriterion final : public SearchExtension {
public:
    SavedCriterion(std::string_view name, std::chrono::sys_days day) : name_(name), day_(day) {}
    std::string_view name() const override { return name_; }
    std::string to_string() const override { return std::string(name_) + ' ' + format_date(day_); }
    std::chrono::sys_days day() const { return day_; }

private:
    std::string_view name_;
    std::chrono::sys_days day_;
};

}  // namespace

Result<std::unique_ptr<FetchEmitter>> SaveDateItem::prepare(Session& /*session*/, const FetchItem& item,
                                                            ArgumentCursor& args) {
    if (item.section || item.partial) return args.error("SAVEDATE takes no section");
    return std::unique_ptr<FetchEmitter>(std::make_unique<SaveDateEmitter>());
}

std::string_view SaveDateKey::name() const {
    switch (relation_) {
        case Relation::before:
            return "SAVEDBEFORE";
        case Relation::on:
            return "SAVEDON";
        case Relation::since:
            break;
    }
    return "SAVEDSINCE";
}

Result<SearchNode> SaveDateKey::parse(Session& /*session*/, ArgumentCursor& in, SearchParser& /*parser*/) {
    if (auto space = in.space(); !space) return space.error();
    const auto date = in.date();
    if (!date) return date.error();
    return SearchNode::of_extension(std::make_shared<SavedCriterion>(name(), std::chrono::sys_days(*date)));
}

bool SaveDateKey::matches(Session& /*session*/, const SearchExtension& key,
                          const FetchedMessage& message) const {
    const std::chrono::sys_seconds saved(std::chrono::seconds(message.columns->saved[message.slot]));
    const auto day = std::chrono::floor<std::chrono::days>(saved);
    const auto wanted = static_cast<const SavedCriterion&>(key).day();
    switch (relation_) {
        case Relation::before:
            return day < wanted;
        case Relation::on:
            return day == wanted;
        case Relation::since:
            break;
    }
    return day >= wanted;
}

Result<SearchNode> SaveDateSupportedKey::parse(Session& /*session*/, ArgumentCursor& /*in*/,
                                               SearchParser& /*parser*/) {
    return SearchNode::of(SearchNode::Kind::all);
}

}  // namespace postern::imap
