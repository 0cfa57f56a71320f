#include <algorithm>
#include <utility>

#include "postern/imap/lexical.hpp"
#include "postern/imap/number_set.hpp"
#include "postern/testkit/imap_client_parser.hpp"

namespace postern::testkit {

using imap::Value;

namespace {

std::vector<std::string> words_of(const Value& list) {
    std::vector<std::string> out;
    for (const Value& v : list.items) out.push_back(v.text);
    return out;
}

/// "(\Seen work)" of a response code.
std::vector<std::string> words_of(std::string_view list) {
    std::vector<std::string> out;
    std::string word;
    for (const char c : list) {
        if (c != ' ' && c != '(' && c != ')') {
            word += c;
        } else if (!word.empty()) {
            out.push_back(std::exchange(word, {}));
        }
    }
    if (!word.empty()) out.push_back(word);
    return out;
}

std::uint64_t to_number(const std::string& s) {
    return number_of({Value::Kind::atom, s, {}});
}

}  // namespace

std::uint64_t number_of(const Value& v) {
    std::uint64_t n = 0;
    for (const char c : v.text) {
        if (!imap::is_digit(c)) return 0;
        n = n * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return n;
}

imap::Flags flags_of(const Value& list) {
    imap::Flags out;
    for (const Value& v : list.items) {
        if (const auto system = imap::parse_system_flag(v.text)) {
            out.system |= *system;
        } else if (v.text == "\\*") {
            out.wildcard = true;
        } else {
            imap::add_keyword(out, v.text);
        }
    }
    return out;
}

std::map<std::string, Value> pairs_of(const std::vector<Value>& items) {
    std::map<std::string, Value> out;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) out[imap::to_upper(items[i].text)] = items[i + 1];
    return out;
}

void ImapClientView::violation(const std::string& what, const ImapResponse& r) {
    violations.push_back(what + ": " + r.raw.substr(0, r.raw.find('\r')));
}

void ImapClientView::select() {
    messages.clear();
    recent = uidvalidity = uidnext = highest_modseq = 0;
    flags.clear();
    permanent_flags.clear();
    vanished_earlier.clear();
}

ClientMessage* ImapClientView::by_uid(std::uint32_t uid) {
    const auto found = std::find_if(messages.begin(), messages.end(),
                                    [uid](const ClientMessage& m) { return m.uid == uid; });
    return found == messages.end() ? nullptr : &*found;
}

void ImapClientView::apply(const ImapResponse& r) {
    if (!r.malformed.empty()) return violation(r.malformed, r);
    if (r.is_status()) return apply_status_code(r);
    if (r.kind != ImapResponse::Kind::untagged) return;
    if (r.number) {
        if (r.name == "EXISTS") return apply_exists(*r.number);
        if (r.name == "EXPUNGE") return apply_expunge(*r.number);
        if (r.name == "FETCH") return apply_fetch(r, false);
        if (r.name == "UIDFETCH") return apply_fetch(r, true);
        if (r.name == "RECENT") recent = *r.number;
        return;
    }
    if (r.name == "VANISHED") return apply_vanished(r);
    if (r.name == "LIST" || r.name == "LSUB") return apply_list(r);
    if (r.name == "ESEARCH") return apply_esearch(r);
    if (r.name == "FLAGS" && r.data.size() == 1) flags = words_of(r.data[0]);
    if (r.name == "STATUS" && r.data.size() == 2) {
        for (auto& [name, value] : pairs_of(r.data[1].items)) status[r.data[0].text][name] = value;
    }
    if (r.name == "SEARCH" || r.name == "SORT") {
        search.clear();
        for (const Value& v : r.data) {
            if (!v.is_list()) search.push_back(number_of(v));
        }
    }
    if (r.name == "CAPABILITY") {
        capabilities.clear();
        for (const Value& v : r.data) capabilities.push_back(v.text);
    }
}

void ImapClientView::apply_exists(std::uint64_t n) {
    if (n < messages.size()) violations.push_back("EXISTS shrank to " + std::to_string(n));
    if (n < 10000000) messages.resize(n);
}

void ImapClientView::apply_expunge(std::uint64_t n) {
    if (n == 0 || n > messages.size()) {
        violations.push_back("EXPUNGE of " + std::to_string(n) + " of " + std::to_string(messages.size()));
        return;
    }
    messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(n - 1));
}

void ImapClientView::apply_fetch(const ImapResponse& r, bool number_is_uid) {
    if (r.data.size() != 1 || !r.data[0].is_list() || r.data[0].items.size() % 2 != 0) {
        return violation("not pairs in a list", r);
    }
    const auto n = static_cast<std::uint32_t>(*r.number);
    ClientMessage* m = nullptr;
    if (number_is_uid) {
        m = by_uid(n);
    } else if (n >= 1 && n <= messages.size()) {
        m = &messages[n - 1];
    }
    if (!m) return violation("FETCH of a message that does not exist", r);
    for (auto& [name, value] : pairs_of(r.data[0].items)) {
        if (name == "UID") {
            const auto uid = static_cast<std::uint32_t>(number_of(value));
            if (m->uid != 0 && m->uid != uid) violation("UID changed", r);
            m->uid = uid;
        } else if (name == "FLAGS") {
            m->flags = flags_of(value);
            m->flags_known = true;
        } else if (name == "MODSEQ" && value.items.size() == 1) {
            m->modseq = number_of(value.items[0]);
        }
        m->items[name] = value;
    }
    if (number_is_uid) return;
    const std::size_t at = n - 1;
    const bool after = at > 0 && messages[at - 1].uid >= m->uid;
    const bool before =
        at + 1 < messages.size() && messages[at + 1].uid != 0 && messages[at + 1].uid <= m->uid;
    if (m->uid != 0 && (after || before)) violation("UIDs do not ascend", r);
}

void ImapClientView::apply_vanished(const ImapResponse& r) {
    const bool earlier = !r.data.empty() && r.data[0].is_list();
    const auto set = imap::UidSet::parse(r.data.empty() ? std::string() : r.data.back().text);
    if (!set) return violation("malformed set", r);
    for (const std::uint32_t uid : *set) {
        if (earlier) {
            vanished_earlier.push_back(uid);
            continue;
        }
        ClientMessage* m = by_uid(uid);
        if (!m) return violation("VANISHED of a uid that is not known", r);
        messages.erase(messages.begin() + (m - messages.data()));
    }
}

void ImapClientView::apply_status_code(const ImapResponse& r) {
    const std::string name = r.code_name();
    if (name == "UIDVALIDITY") uidvalidity = to_number(r.code_arguments());
    if (name == "UIDNEXT") uidnext = to_number(r.code_arguments());
    if (name == "HIGHESTMODSEQ") highest_modseq = to_number(r.code_arguments());
    if (name == "PERMANENTFLAGS") permanent_flags = words_of(std::string_view(r.code_arguments()));
    if (name == "CAPABILITY") capabilities = words_of(std::string_view(r.code_arguments()));
    if (name == "CLOSED") select();
}

void ImapClientView::apply_list(const ImapResponse& r) {
    if (r.data.size() < 3 || !r.data[0].is_list()) return violation("malformed LIST", r);
    ClientListEntry e;
    e.attributes = words_of(r.data[0]);
    e.delimiter = r.data[1].text;
    e.name = r.data[2].text;
    if (r.data.size() > 3) e.extended = r.data[3];
    list.push_back(std::move(e));
}

void ImapClientView::apply_esearch(const ImapResponse& r) {
    ClientEsearch e;
    std::vector<Value> rest;
    for (const Value& v : r.data) {
        if (v.is_list() && rest.empty() && v.items.size() >= 2 && v.items[0].is_keyword("TAG")) {
            e.tag = v.items[1].text;
        } else if (rest.empty() && v.is_keyword("UID")) {
            e.uid = true;
        } else {
            rest.push_back(v);
        }
    }
    if (rest.size() % 2 != 0) return violation("not pairs", r);
    e.data = pairs_of(rest);
    esearch.push_back(std::move(e));
}

}  // namespace postern::testkit
