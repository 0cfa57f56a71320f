// Everything of an IMAP server's output that is parsed, in pieces whose length the first octet chooses.
#include <cstddef>
#include <cstdint>

#include "connector-imap/folders.hpp"
#include "connector-imap/listing.hpp"
#include "connector-imap/refusal.hpp"
#include "connector-imap/response_reader.hpp"

using namespace postern::imap_client;

namespace {

void take(Response& response, FolderTree& tree, FolderListing& listing) {
    if (const auto status = parse_status(response.text)) {
        classify_login_refusal(*status);
        classify_refusal("X", *status, postern::gateway::FaultKind::transient);
        parse_copyuid(status->argument);
        parse_appenduid(status->argument);
    }
    const auto head = parse_head(response);
    if (!head) return;
    if (const auto entry = parse_list(response, *head)) tree.add(*entry);
    parse_mailbox_status(response, *head);
    parse_search(response, *head);
    parse_namespaces(response, *head);
    if (const auto vanished = parse_vanished(response, *head)) listing.add_vanished(vanished->uids);
    if (auto data = parse_fetch(response, *head)) listing.add(std::move(*data));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = 1U + data[0];
    std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    ResponseReader reader;
    FolderTree tree({});
    FolderListing listing(100);
    while (!input.empty()) {
        std::size_t used = 0;
        const auto status = reader.feed(input.substr(0, piece), used);
        input.remove_prefix(used);
        if (status == ResponseReader::Status::error) break;
        if (status != ResponseReader::Status::done) continue;
        Response response = reader.take();
        take(response, tree, listing);
    }
    listing.finish();
    if (listing.entries().size() > 100) __builtin_trap();
    for (const auto& folder : tree.folders()) {
        if (folder.name.empty() || folder.parent == folder.id) __builtin_trap();
        tree.compose(folder.id, folder.name);
    }
    return 0;
}
