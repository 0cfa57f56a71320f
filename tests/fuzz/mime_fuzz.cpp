// The message library over arbitrary octets, and stored blobs (records, structure indexes) that are not ours.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "postern/mime/record.hpp"
#include "postern/mime/section.hpp"
#include "tests/mime/invariants.hpp"

namespace {

void open_as_blob(std::string_view blob) {
    using namespace postern::mime;
    const std::uint32_t path[] = {2, 1};
    (void)find_section(blob, path, SectionText::whole);
    const auto record = RecordView::decode(blob);
    if (!record) return;
    std::string out;
    record->append_envelope(out);
    record->append_bodystructure(out);
    record->append_body(out);
    (void)record->find_section(path, SectionText::header);
    (void)record->field(FieldId::subject);
    for (std::size_t i = 0; i < record->reference_count(); ++i) (void)record->reference_hash(i);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string violated = postern::mime::test::violated_invariant(input);
    if (!violated.empty()) {
        std::fprintf(stderr, "violated: %s\n", violated.c_str());
        std::abort();
    }
    open_as_blob(input);
    // A record with a few octets of the input written over it.
    std::string blob = postern::mime::build_record(input.substr(0, 2000));
    for (std::size_t i = 0; i + 2 < size && i < 24; i += 3)
        blob[(data[i] * 256U + data[i + 1]) % blob.size()] = static_cast<char>(data[i + 2]);
    open_as_blob(blob);
    return 0;
}
