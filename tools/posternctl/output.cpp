#include "tools/posternctl/output.hpp"

#include <boost/json/serialize.hpp>
#include <ctime>
#include <iostream>

#include "kernel/app/setup.hpp"
#include "postern/mime/decode.hpp"
#include "tools/posternctl/commands.hpp"

namespace posternctl {

namespace json = boost::json;

namespace {

bool json_wanted = false;

/// Names and subjects come from strangers, in any charset; JSON is UTF-8 (RFC 8259 section 8.1).
json::string valid_text(const json::string& text) {
    std::string out;
    postern::mime::append_utf8("", {text.data(), text.size()}, out);
    return json::string(out);
}

// NOLINTNEXTLINE(misc-no-recursion): documents are a few levels deep
void make_valid(json::value& value) {
    if (auto* text = value.if_string()) {
        *text = valid_text(*text);
    } else if (auto* list = value.if_array()) {
        for (json::value& item : *list) make_valid(item);
    } else if (auto* object = value.if_object()) {
        for (auto& member : *object) make_valid(member.value());
    }
}

void print(std::ostream& out, json::object document) {
    json::value value = std::move(document);
    make_valid(value);
    out << json::serialize(value) << std::endl;
}

}  // namespace

void speak_json() {
    json_wanted = true;
}

bool speaks_json() {
    return json_wanted;
}

json::value json_time(postern::UnixTime when) {
    if (when <= 0) return nullptr;
    const auto seconds = static_cast<std::time_t>(when);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[40];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return json::string(text);
}

json::value json_id(std::uint64_t id) {
    return json::string(std::to_string(id));
}

int fail(const std::string& text, int status) {
    if (json_wanted)
        print(std::cerr, {{"error", text}});
    else
        std::cerr << "posternctl: " << text << '\n';
    return status;
}

void tell_error(json::object error) {
    print(std::cerr, std::move(error));
}

void fail(const postern::Diagnostics& problems) {
    if (!json_wanted) return postern::app::print(problems, std::cerr);
    for (const auto& entry : problems.entries()) {
        if (entry.fatal) fail(entry.place.to_string() + ": " + entry.text);
    }
}

Report::Report(std::initializer_list<const char*> lists) {
    for (const char* list : lists) document_[list].emplace_array();
}

void Report::add(const char* list, json::object entry, const std::string& line) {
    say(line);
    this->list(list, std::move(entry));
}

void Report::list(const char* list, json::object entry) {
    if (!json_wanted) return;
    json::value& target = document_[list];
    if (!target.is_array()) target.emplace_array();
    target.get_array().emplace_back(std::move(entry));
}

void Report::set(const char* name, json::value value) {
    if (json_wanted) document_[name] = std::move(value);
}

void Report::set(const char* name, const std::string& text) {
    if (json_wanted) document_[name] = text;
}

void Report::say(const std::string& line) const {
    if (!json_wanted) std::cout << line << '\n';
}

void Report::print_now() {
    if (json_wanted)
        print(std::cout, std::move(document_));
    else
        std::cout << std::flush;
    document_.clear();
}

int Report::finish(int status) {
    if (json_wanted) print(std::cout, std::move(document_));
    document_.clear();
    return status;
}

}  // namespace posternctl
