#include "gateway/autoconfig.hpp"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <fstream>
#include <optional>
#include <sstream>

namespace postern::gateway {

namespace {

using Tree = boost::property_tree::ptree;

constexpr std::size_t max_file = 256UL << 10;
constexpr std::size_t max_depth = 500;

std::string filled_in(std::string text, std::string_view domain) {
    constexpr std::string_view word = "%EMAILDOMAIN%";
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + domain.size())) {
        text.replace(at, word.size(), domain);
    }
    return text;
}

/// The reader calls itself for each element within another: bounded before it begins. An upper bound of the depth.
bool too_deep(std::string_view xml) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i + 1 < xml.size(); ++i) {
        if (xml[i] == '<' && xml[i + 1] != '/' && ++depth > max_depth) return true;
        const bool closes =
            (xml[i] == '<' && xml[i + 1] == '/') || ((xml[i] == '/' || xml[i] == '?') && xml[i + 1] == '>');
        if (closes && depth > 0) --depth;
    }
    return false;
}

bool takes_passwords(const Tree& node) {
    for (const auto& [name, child] : node) {
        if (name != "authentication") continue;
        const auto& word = child.data();
        if (word == "password-cleartext" || word == "plain" || word == "password-encrypted") return true;
    }
    return false;
}

/// Nothing if this server is none for us.
std::optional<AutoconfigEntry> read_server(const Tree& node, std::string_view domain) {
    AutoconfigEntry entry;
    const auto socket = node.get<std::string>("socketType", "");
    if (socket != "SSL" && socket != "STARTTLS") return std::nullopt;
    entry.server.tls = socket == "SSL" ? RemoteTls::implicit : RemoteTls::starttls;
    entry.server.host = filled_in(node.get<std::string>("hostname", ""), domain);
    entry.server.port = node.get<std::uint16_t>("port", 0);
    const auto name = node.get<std::string>("username", "%EMAILADDRESS%");
    entry.local_part_only = name == "%EMAILLOCALPART%";
    const bool known_name = entry.local_part_only || name == "%EMAILADDRESS%" ||
                            filled_in(name, domain) == "%EMAILLOCALPART%@" + std::string(domain);
    if (!known_name || entry.server.host.empty() || entry.server.port == 0 || !takes_passwords(node)) {
        return std::nullopt;
    }
    return entry;
}

}  // namespace

Result<AutoconfigEntry> parse_autoconfig(std::string_view xml, std::string_view type,
                                         std::string_view domain) {
    if (too_deep(xml)) return Error(Errc::invalid, "elements within elements without an end");
    Tree tree;
    std::istringstream input{std::string(xml)};
    try {
        boost::property_tree::read_xml(input, tree, boost::property_tree::xml_parser::trim_whitespace);
    } catch (const boost::property_tree::xml_parser_error& error) {
        return Error(Errc::invalid, "line " + std::to_string(error.line()) + ": " + error.message());
    }
    const auto provider = tree.get_child_optional("clientConfig.emailProvider");
    if (!provider) return Error(Errc::invalid, "no clientConfig with an emailProvider");
    std::optional<AutoconfigEntry> found;
    for (const auto& [name, node] : *provider) {
        if (name != "incomingServer" || node.get<std::string>("<xmlattr>.type", "") != type) continue;
        auto entry = read_server(node, domain);
        if (!entry) continue;
        const bool better =
            found && found->server.tls == RemoteTls::starttls && entry->server.tls == RemoteTls::implicit;
        if (!found || better) found = std::move(entry);
    }
    if (found) return *found;
    return Error(Errc::not_found, "no " + std::string(type) + " server that takes passwords over TLS");
}

Result<AutoconfigEntry> read_autoconfig(const std::string& folder, std::string_view type,
                                        const std::string& domain) {
    const std::string path = folder + '/' + domain + ".xml";
    // The domain is a key of the settings, yet it is part of a path.
    if (domain.find('/') != std::string::npos || domain.starts_with('.')) return Error(Errc::invalid, path);
    std::ifstream file(path, std::ios::binary);
    if (!file) return Error(Errc::not_found, path + ": cannot be read");
    std::string text(max_file + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > max_file) return Error(Errc::invalid, path + ": too long");
    auto entry = parse_autoconfig(text, type, domain);
    if (!entry) return Error(entry.error().code, path + ": " + entry.error().text);
    return entry;
}

}  // namespace postern::gateway
